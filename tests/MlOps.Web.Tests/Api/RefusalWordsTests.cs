using System.Text.Json;
using MlOps.Pipeline.Wording;

namespace MlOps.Web.Tests.Api;

/// <summary>What a command is refused with is a code with arguments, so that the page words it in the reader's language.</summary>
[Collection(TrainedApiCollection.Name)]
public sealed class RefusalWordsTests(TrainedApi trained)
{
    private const string Pipeline = TrainedApi.Pipeline;

    [Theory]
    [InlineData("cancel", "steer-ended", "はすでに終わっています: 成功。")]
    [InlineData("approve", "steer-no-question", "は承認を待っていません。")]
    [InlineData("rerun", "steer-no-step", "ステップ「nowhere」はありません。")]
    public async Task A_command_to_a_run_is_refused_in_both_languages(string command, string code, string japanese)
    {
        var run = (await trained.System.GetAsync($"/api/runs?pipeline={Pipeline}&state=succeeded")).GetProperty("items")[0].GetProperty("runId").GetString();

        var problem = await trained.System.SendAsync(
            HttpMethod.Post, $"/api/runs/{run}/{command}", ApiSystem.Json(new { from = command == "rerun" ? "nowhere" : null }), 409);

        var said = Said(problem, "said");
        Assert.Equal((code, problem.GetProperty("detail").GetString()), (said.Code, said.ToString()));
        Assert.Contains(japanese, Sentences.Word(said, Sentences.Japanese), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_release_and_a_file_are_refused_in_both_languages_with_what_to_do()
    {
        var release = await trained.System.SendAsync(HttpMethod.Post, $"/api/pipelines/{Pipeline}/models/none/promote", expected: 404);
        var day = await trained.System.SendAsync(HttpMethod.Put, $"/api/pipelines/{Pipeline}/drops/20210229.csv", ApiSystem.Csv("x,y\n1,0\n"), 400);
        var none = await trained.System.SendAsync(HttpMethod.Get, "/api/pipelines/nope/periods", expected: 404);

        Assert.Equal(("「credit」にその版のモデルはありません。", "一覧で確かめてください (GET /api/pipelines/credit/models)。"), InJapanese(release));
        Assert.Equal(("「20210229」は存在しない日です。", "initial.csv (履歴) または yyyyMMdd.csv (期間、例: 20201001.csv) という名前にしてください。画像は .zip です。"), InJapanese(day));

        // Other tests of the collection add pipelines of their own meanwhile.
        Assert.Matches("^パイプライン「nope」はありません。あるのは ([a-z0-9-]+, )*credit(, [a-z0-9-]+)* です。$", Sentences.Word(Said(none, "said"), Sentences.Japanese));
        Assert.All(new[] { release, day, none }, p => Assert.Equal(p.GetProperty("detail").GetString(), Said(p, "said").ToString()));
    }

    [Theory]
    [InlineData("label: y\nexclud: [a]\n", 2, "「exclud」という設定はありません。「exclude」ではありませんか。")]
    [InlineData("label: y\nquarantine: 2\n", 2, "「quarantine」は 「2」 です。0 から 1 までの数を書いてください。")]
    [InlineData("label: y\nmodel: {num_leaves: many}\n", 2, null)]
    [InlineData("label: y\nid: y\n", 2, "「id」と「label」が同じ列です。「id」を別の列にするか、書かないでください。")]
    [InlineData("- a\n", 1, "定義は「label: TARGET」のような設定の一覧です。")]
    public async Task Every_mistake_of_a_definition_has_its_line_and_is_worded_in_both_languages(string yaml, int line, string? japanese)
    {
        var problem = await trained.System.SendAsync(HttpMethod.Put, "/api/pipelines/mistaken/definition", new StringContent(yaml, System.Text.Encoding.UTF8, "application/yaml"), 422, ("If-None-Match", "*"));

        var error = problem.GetProperty("errors").EnumerateArray().First(e => e.GetProperty("line").GetInt32() == line);
        var said = Said(error, "said");
        Assert.Equal(error.GetProperty("message").GetString(), said.ToString());
        Assert.Equal("errors にある行を直してください。", Sentences.Word(Said(problem, "nextSaid"), Sentences.Japanese));
        if (japanese is not null)
        {
            Assert.Equal(japanese, Sentences.Word(said, Sentences.Japanese));
        }
    }

    [Theory]
    [InlineData("/api/pipelines/credit/nothing", 404, "このアドレスには何もありません。")]
    [InlineData("/api/runs?state=asleep", 400, "そのような実行の状態はありません。")]
    [InlineData("/api/pipelines/credit/rejected/x", 404, "「credit」にその拒否ファイルはありません。")]
    [InlineData("/api/runs?limit=0", 400, "limit が 0 です。")]
    [InlineData("/api/pipelines/credit/live?at=1999-01-01", 404, "「credit」にはその時、本番のモデルがありませんでした。")]
    public async Task An_address_that_gives_nothing_says_so_in_both_languages_and_what_to_do(string address, int status, string japanese)
    {
        var problem = await trained.System.SendAsync(HttpMethod.Get, address, expected: status);

        Assert.Equal(japanese, InJapanese(problem).What);
        Assert.NotEmpty(InJapanese(problem).Next);
        Assert.Equal(problem.GetProperty("next").GetString(), Said(problem, "nextSaid").ToString());
    }

    [Theory]
    [InlineData("{\"rows\": 3}", 422, "行が一覧になっていません。列名を持つオブジェクトを 1 行に 1 つ、一覧で送ってください。")]
    [InlineData("[{\"a\": 1, \"a\": 2}]", 422, "1 行目に「a」が 2 回あります。どちらの値か分からないので、名前は 1 回ずつ送ってください。")]
    [InlineData("[", 400, "本文は 1 行目の 2 バイト目から JSON として読めません。")]
    public async Task A_body_that_is_no_rows_is_refused_in_both_languages(string body, int status, string japanese)
    {
        var problem = await trained.System.SendAsync(
            HttpMethod.Post, $"/api/pipelines/{Pipeline}/score", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), status);

        Assert.Equal(japanese, Sentences.Word(Said(problem, "said"), Sentences.Japanese));
        Assert.Contains("ください", Sentences.Word(Said(problem, "nextSaid"), Sentences.Japanese), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_do_not_fit_are_codes_with_arguments_each_with_its_row()
    {
        var rows = TrainedApi.Records(trained.November).Take(2).ToArray();
        rows[1]["INCOME"] = "much";

        var problem = await trained.System.SendAsync(HttpMethod.Post, $"/api/pipelines/{Pipeline}/score", ApiSystem.Json(rows), 422);

        var error = Assert.Single(problem.GetProperty("errors").EnumerateArray());
        var said = Said(error, "said");
        Assert.Equal((2, "INCOME", "much"), (error.GetProperty("line").GetInt64(), error.GetProperty("columnName").GetString(), error.GetProperty("text").GetString()));
        Assert.Equal(error.GetProperty("message").GetString(), said.ToString());
        Assert.Contains("much", said.Arguments.Values);
        Assert.Contains("「much」", Sentences.Word(said, Sentences.Japanese), StringComparison.Ordinal);
    }

    private static (string What, string Next) InJapanese(JsonElement problem) =>
        (Sentences.Word(Said(problem, "said"), Sentences.Japanese), Sentences.Word(Said(problem, "nextSaid"), Sentences.Japanese));

    private static Sentence Said(JsonElement problem, string name) => problem.GetProperty(name).Deserialize<Sentence>(JsonSerializerOptions.Web)!;
}
