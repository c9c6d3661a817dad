namespace MlOps.Web.Tests.Page;

/// <summary>What the buttons and links are called that a person uses on the whole way.</summary>
internal sealed record Words(
    string Language, string Choose, string RunOf, string Succeeded, string Steps, string ReadReport, string Download, string Models, string Promote, string PromoteOf, string Rollback, string Live, string Pipelines)
{
    public static Words English { get; } = new(
        "English", "Choose files", "Run of {0}", "Succeeded", "Steps", "Read the report", "Download predictions", "Models", "Promote", "Promote {0}", "Roll back", "Model in production", "Pipelines");

    public static Words Japanese { get; } = new(
        "日本語", "ファイルを選択", "{0} の実行", "成功", "ステップ", "レポートを読む", "予測をダウンロード", "モデル", "昇格", "{0} を昇格", "元に戻す", "本番モデル", "パイプライン");

    public static Words Of(string language) => language == "ja" ? Japanese : English;
}
