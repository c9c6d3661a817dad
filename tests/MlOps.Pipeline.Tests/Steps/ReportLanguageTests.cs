using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps.Report;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Wording;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>A report speaks one language: that of the definition, or of the program's messages.</summary>
public sealed partial class ReportLanguageTests(AzuriteFixture azurite)
{
    private const string Watched = "monitor: {groups: [KIND]}\npromote: {rule: better, guards: {fairness: 0.1, calibration: 0.2, brier: 0.1}}\ntune: {trials: 4, wave: 2}\n";

    // Names of methods, formats and the like, which Japanese texts write so as well; names in the data; texts that people type.
    private static readonly HashSet<string> Names = new(
        ("PSI JS SHAP ROC AUC RMSE CSV ID SHA F1 Holm Kolmogorov Smirnov Jensen Shannon Brier LightGBM gbdt mlops promote json explanation binary multiclass regression always manual better measured UTC "
        + "TARGET KIND NAN p x y z A B initial csv rejected input fairness calibration brier objective metric boosting false seed train Log loss Accuracy accuracy precision recall auc mcc rmse mape logloss gini ks").Split(' '),
        StringComparer.Ordinal);

    [Theory]
    [InlineData("", "TARGET")]
    [InlineData("task: multiclass\n", "KIND")]
    [InlineData("task: regression\n", "A")]
    public async Task A_Japanese_report_has_no_English_sentence_and_an_English_one_no_Japanese(string task, string label)
    {
        var more = task.Length == 0 ? Watched : "promote: better\ntune: {trials: 4, wave: 2}\n";
        var japanese = await ReportAsync($"{task}{SmallCase.Definition.Replace("TARGET", label, StringComparison.Ordinal)}\n{more}language: ja\n", new StepOptions(2));
        var english = await ReportAsync($"{task}{SmallCase.Definition.Replace("TARGET", label, StringComparison.Ordinal)}\n{more}", new StepOptions(2));

        Assert.Contains("<html lang=\"ja\">", japanese, StringComparison.Ordinal);
        Assert.Contains("<html lang=\"en\">", english, StringComparison.Ordinal);
        HtmlPage.AssertSelfContained(japanese.Replace("<section id=\"run\"", "<section id=\"run-facts\"", StringComparison.Ordinal));
        var left = Texts(japanese).Where(IsEnglish).ToArray();
        Assert.True(left.Length == 0, string.Join('\n', left));
        Assert.DoesNotMatch(Japanese(), english);
        // The same page in other words: as many elements, the same figures.
        Assert.Equal(Elements().Count(english), Elements().Count(japanese));
        Assert.Equal(Numbers(english), Numbers(japanese));
    }

    [Fact]
    public async Task A_definition_that_names_no_language_has_its_report_in_that_of_the_programs_messages()
    {
        Assert.Contains("予測しました", await ReportAsync(SmallCase.Definition, new StepOptions(2) { Language = Sentences.Japanese }), StringComparison.Ordinal);
        Assert.Contains("rows are predicted", await ReportAsync(SmallCase.Definition + "\nlanguage: en\n", new StepOptions(2) { Language = Sentences.Japanese }), StringComparison.Ordinal);
    }

    [Fact]
    public void Another_language_than_the_two_is_refused_with_the_two()
    {
        var error = Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: y\nlanguage: fr\n", "p.yaml"));

        Assert.Contains("write one of en, ja", error.Message, StringComparison.Ordinal);
        Assert.Contains("MLOPS_NOTICE_LANGUAGE is en or ja", Assert.Throws<FormatException>(() => Sentences.LanguageFrom(_ => "fr")).Message, StringComparison.Ordinal);
    }

    private async Task<string> ReportAsync(string definition, StepOptions options)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, definition, options);
        var history = SmallCase.Csv(1000, 1);
        // Half of the rows moved, some without a number: drift of values and of holes.
        var moved = SmallCase.Csv(300, 2, 5001).Replace(",0.", ",3.", StringComparison.Ordinal).Replace(",y,", ",z,", StringComparison.Ordinal);
        var initial = await pipeline.DropAsync("initial", history);
        await pipeline.RunAsync(await pipeline.DropAsync("20200901", SmallCase.Csv(100, 3, 8001)), initial);
        var score = await pipeline.DropAsync("20201001", moved);
        var run = await pipeline.RunAsync(score, initial);
        var promotion = await pipeline.Steps.Promotion.DecideAsync(new PromoteInput("run", TestPipeline.Name, pipeline.DefinitionHash, "20201001", run.Model.Version, run.Inspect.Incidents));
        var explain = await pipeline.Steps.Explain.RunAsync(new ExplainInput("run", TestPipeline.Name, pipeline.DefinitionHash, promotion.AccumulateKey, promotion.TrainKey));
        RealisedPerformance Came(string period, double value, int revision) =>
            new(period, run.Model.Version, new string('a', 64), revision, promotion.Verdict.Metric, value, value - 0.1, value + 0.1, new Dictionary<string, double> { ["rows"] = 100 });
        Finding[] findings =
        [
            Finding.Of(Sentence.Of("id-in-score", ("rows", 3), ("period", "initial"))),
            Finding.Of(Sentence.Of("quarantined-rows", [.. Sentences.Places().Matches(Sentences.All["quarantined-rows"]["en"]).Select(m => m.Groups[1].Value).Distinct().Select(n => (n, (object)"7"))])),
        ];
        var report = await pipeline.Steps.Report.RunAsync(new ReportInput(
            "run", TestPipeline.Name, pipeline.DefinitionHash, score, [initial], run.Model.Version, promotion, run.ScoreFeatures.RequireKey(), run.Predict.RequireKey(), explain.RequireKey(),
            run.Predict.Metrics, pipeline.Trials, findings, run.Monitor.RequireKey(), Performance: [Came("20200901", 0.6, 1), Came("20200901", 0.5, 2), Came("20200915", 0.4, 1)]));
        var facts = new RunFacts(
            "credit-20201001-0x1", 3, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), new string('1', 64), "1.2.3",
            [new StepOutcome("train", "train-0123", false, Sentence.Of("step-first").ToString(), 1.25) { Said = Sentence.Of("step-first") }]);
        return Encoding.UTF8.GetString(facts.PutInto(Encoding.UTF8.GetBytes(await pipeline.ReadAsync(report.RequireKey(), "report.html"))));
    }

    // What people see or hear: texts between tags, names of charts and of what a pointer brings up.
    private static IEnumerable<string> Texts(string page)
    {
        page = Head().Replace(page, "").Replace("<wbr>", "", StringComparison.Ordinal);
        return Spoken().Matches(page).Select(m => m.Groups[1].Value).Concat(Elements().Split(page)).Select(WebUtility.HtmlDecode).Where(t => !string.IsNullOrWhiteSpace(t))!;
    }

    // Versions, hashes, keys, parameters and metrics are names; whatever else has two letters of the alphabet in a row is English.
    private static bool IsEnglish(string text) => Word().Matches(Name().Replace(text, " ")).Any(w => w.Length > 1 && !Names.Contains(w.Value));

    private static string Numbers(string page) => string.Join(' ', Cell().Matches(page).Select(m => m.Groups[1].Value));

    [GeneratedRegex("[\u3040-\u30ff\u4e00-\u9fff]")]
    private static partial Regex Japanese();

    [GeneratedRegex("(?s)<style>.*?</style>")]
    private static partial Regex Head();

    [GeneratedRegex("(?:title|aria-label)=\"([^\"]*)\"")]
    private static partial Regex Spoken();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Elements();

    [GeneratedRegex("<td>([-+−0-9.,e]+)</td>")]
    private static partial Regex Cell();

    [GeneratedRegex(@"[\w.+-]*[_\d/][\w./+-]*|[a-z]+-[a-z-]+")]
    private static partial Regex Name();

    [GeneratedRegex("[A-Za-z][A-Za-z0-9]*")]
    private static partial Regex Word();
}
