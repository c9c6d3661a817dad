using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Report;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class ReportTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("", "TARGET", "ROC curve")]
    [InlineData("task: multiclass\n", "KIND", "Each class: test rows")]
    [InlineData("task: regression\n", "A", "Residuals")]
    public async Task Every_task_has_a_report_that_needs_no_network_and_no_script(string task, string label, string part)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, task + SmallCase.Definition.Replace("TARGET", label, StringComparison.Ordinal));

        var (page, run) = await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(200, 2, 5001));

        Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.Contains(run.Model.Version, page, StringComparison.Ordinal);
        Assert.Contains(run.Train.ModelSha256, page, StringComparison.Ordinal);
        HtmlPage.AssertSelfContained(page);
    }

    [Fact]
    public async Task The_figures_on_the_page_are_those_of_the_steps()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\ntune: {trials: 4, wave: 2}\n");

        var (page, run) = await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(200, 2, 5001));

        string Four(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
        var row = Regex.Match(page, "<th scope=\"row\">auc</th>(<td>(?<cell>[^<]*)</td>)+", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.Equal(
            [Four(run.Evaluate.Metrics["train"]["auc"]), Four(run.Evaluate.Metrics["valid"]["auc"]), Four(run.Evaluate.Metrics["test"]["auc"]), Four(run.Predict.Metrics["auc"])],
            row.Groups["cell"].Captures.Select(c => c.Value));
        Assert.Contains("200 rows are predicted", page, StringComparison.Ordinal);
        Assert.Contains("4 trials in 2 waves", page, StringComparison.Ordinal);
        foreach (var trial in pipeline.Trials)
        {
            Assert.Contains(Four(trial.Value!.Value), page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_threshold_that_no_row_reaches_is_said_to_predict_none()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\noutput: {threshold: 0.9999}\n");

        var (page, run) = await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(200, 2, 5001));

        Assert.Equal(0, run.Predict.Metrics["true_positives"] + run.Predict.Metrics["false_positives"]);
        Assert.Contains("From the threshold 0.9999 on a row is predicted positive: none of them is, for the highest score is 0.", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_and_values_from_the_data_never_become_markup()
    {
        const string column = "\"</title><script>alert(1)</script>\"", category = "\"<img src=x onerror=alert('2')>\"", mark = "\"<!--run-->\"";
        string Hostile(int rows, int seed, int id) => SmallCase.Csv(rows, seed, id)
            .Replace("ID,A,B,KIND", $"ID,{column},{mark},KIND", StringComparison.Ordinal).Replace(",y,", $",{category},", StringComparison.Ordinal);
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);

        var (page, _) = await ReportAsync(pipeline, Hostile(600, 1, 1), Hostile(100, 2, 5001), new Finding("odd<b>", 3, 1, "a\"b", "<svg onload=alert(3)> \u202Etxt", "x"));

        HtmlPage.AssertSelfContained(page);
        Assert.Contains("&lt;script&gt;alert(1)", page, StringComparison.Ordinal);
        Assert.Contains("&lt;img src=x onerror=alert(", page, StringComparison.Ordinal);
        Assert.Contains("&lt;svg onload", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202E', page);
        Assert.Single(Regex.Matches(page, ReportPage.RunMark, RegexOptions.None, TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public async Task Two_accounts_runs_and_thread_counts_draw_the_same_bytes()
    {
        var pages = new List<string>();
        foreach (var threads in new[] { 1, 2 })
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition, new StepOptions(threads));
            pages.Add((await ReportAsync(pipeline, SmallCase.Csv(800, 1), SmallCase.Csv(100, 2, 5001), runId: $"run-{threads}")).Page);
        }

        Assert.Equal(pages[0], pages[1]);
        Assert.DoesNotContain("run-1", pages[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_champion_that_stays_is_shown_against_the_challenger()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\npromote: better\n");
        await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(100, 2, 5001));
        await pipeline.DefineAsync(SmallCase.Definition.Replace("num_iterations: 60", "num_iterations: 1", StringComparison.Ordinal) + "\npromote: better\n");

        var (page, run) = await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(100, 3, 6001), period: "20201101");

        Assert.Contains("Champion kept", page, StringComparison.Ordinal);
        Assert.Contains("Improvement of the challenger", page, StringComparison.Ordinal);
        Assert.Contains("95 % interval −", page, StringComparison.Ordinal);
        Assert.Contains("challenger</li>", page, StringComparison.Ordinal);
        Assert.Contains(run.Model.Version, page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_people_promote_the_report_says_what_to_do_and_with_which_command()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\npromote: manual\n");
        await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(100, 2, 5001));
        await pipeline.DefineAsync(SmallCase.Definition.Replace("num_iterations: 60", "num_iterations: 20", StringComparison.Ordinal) + "\npromote: manual\n");

        var (page, run) = await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(100, 3, 6001), period: "20201101");

        Assert.Contains("Champion kept", page, StringComparison.Ordinal);
        Assert.Contains($"<li>Decide about the new model; mlops promote {TestPipeline.Name} {run.Model.Version} makes it the champion.</li>", page, StringComparison.Ordinal);
        Assert.Contains("Deciding with the scores</h2>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_champion_that_stays_has_its_figure_where_the_challenger_falls_at_the_trivial_baseline()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\npromote: better\n");
        await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(100, 2, 5001));
        await pipeline.DefineAsync("label: TARGET\nid: ID\nfeatures: [B]\npromote: better\nmodel: {num_leaves: 31, min_data_in_leaf: 2, num_iterations: 200, learning_rate: 0.3, early_stopping_round: 0}\n");

        var (page, _) = await ReportAsync(pipeline, SmallCase.Csv(1000, 1), SmallCase.Csv(100, 3, 6001), period: "20201101");

        Assert.Contains("The challenger was not held against the champion: it does not beat the trivial baseline", page, StringComparison.Ordinal);
        Assert.DoesNotContain("There is no champion", page, StringComparison.Ordinal);
        string Figure(string pattern) => Regex.Match(page, pattern, RegexOptions.Singleline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["figure"].Value;
        var test = Figure("<th scope=\"row\">binary logloss</th><td>[^<]*</td><td>[^<]*</td><td>(?<figure>[^<]*)</td>");
        Assert.Matches("^0[.][0-9]{4}$", test);
        Assert.Equal(test, Figure("Champion before.*?<td class=\"w mono\">[^<]*</td><td>(?<figure>[^<]*)</td>"));
    }

    [Fact]
    public async Task A_report_of_122_columns_stays_below_two_megabytes()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\ntune: {trials: 4, wave: 4}\n");

        var (page, _) = await ReportAsync(pipeline, Wide(1500, 1), Wide(300, 5001));

        Assert.InRange(Encoding.UTF8.GetByteCount(page), 50_000, 2_000_000);
        HtmlPage.AssertSelfContained(page);
    }

    [Fact]
    public void A_run_puts_its_facts_where_they_belong()
    {
        var page = Encoding.UTF8.GetBytes($"<main>a{ReportPage.RunMark}b</main>");
        var japanese = Encoding.UTF8.GetBytes($"<html lang=\"ja\"><main>a{ReportPage.RunMark}b</main>");
        var facts = new RunFacts(
            "credit-20201001-0x1", 3, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), new string('a', 64), "1.2.3",
            [new StepOutcome("train", "train-0123", false, "ran: <changed>", 1.25)]);

        var published = Encoding.UTF8.GetString(facts.PutInto(page));

        Assert.StartsWith("<main>a<section", published, StringComparison.Ordinal);
        Assert.EndsWith("</section>b</main>", published, StringComparison.Ordinal);
        Assert.Contains("ran: &lt;changed&gt;", published, StringComparison.Ordinal);
        Assert.Contains("2026-01-02 03:04:05 UTC", published, StringComparison.Ordinal);
        Assert.Contains("<caption>この実行のステップ</caption>", Encoding.UTF8.GetString(facts.PutInto(japanese)), StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => facts.PutInto(Encoding.UTF8.GetBytes(published)));
    }

    private static async Task<(string Page, TestRun Run)> ReportAsync(
        TestPipeline pipeline, string history, string drop, Finding? finding = null, string runId = "run", string period = "20201001")
    {
        var initial = await pipeline.DropAsync("initial", history);
        var score = await pipeline.DropAsync(period, drop);
        var run = await pipeline.RunAsync(score, initial);
        var promotion = await pipeline.Steps.Promotion.DecideAsync(new PromoteInput(runId, TestPipeline.Name, pipeline.DefinitionHash, period, run.Model.Version, []));
        var explain = await pipeline.Steps.Explain.RunAsync(new ExplainInput(
            runId, TestPipeline.Name, pipeline.DefinitionHash, promotion.AccumulateKey, promotion.TrainKey));
        var report = await pipeline.Steps.Report.RunAsync(new ReportInput(
            runId, TestPipeline.Name, pipeline.DefinitionHash, score, [initial], run.Model.Version, promotion, run.ScoreFeatures.RequireKey(),
            run.Predict.RequireKey(), explain.RequireKey(), run.Predict.Metrics, pipeline.Trials, finding is null ? [] : [finding]));
        return (await pipeline.ReadAsync(report.RequireKey(), "report.html"), run);
    }

    private static string Wide(int rows, int firstId)
    {
        var text = new StringBuilder("ID,TARGET");
        for (var c = 0; c < 120; c++)
        {
            text.Append(CultureInfo.InvariantCulture, $",A_LONG_COLUMN_NAME_AS_IN_THE_REFERENCE_CASE_{c}");
        }

        var state = (ulong)firstId;
        double Next()
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            return (state >> 11) / (double)(1UL << 53);
        }

        for (var i = 0; i < rows; i++)
        {
            var cells = new string[120];
            var sum = 0.0;
            for (var c = 0; c < cells.Length; c++)
            {
                var value = Next();
                sum += c < 20 ? value - 0.5 : 0;
                cells[c] = c % 8 == 7 ? $"category {(int)(value * 12)}" : value.ToString("0.#####", CultureInfo.InvariantCulture);
            }

            text.Append(CultureInfo.InvariantCulture, $"\n{firstId + i},{(sum + ((Next() - 0.5) * 2) > 0.6 ? 1 : 0)},{string.Join(',', cells)}");
        }

        return text.Append('\n').ToString();
    }
}

/// <summary>What every page of this product keeps to, checked tag by tag.</summary>
internal static partial class HtmlPage
{
    private static readonly HashSet<string> Known =
    [
        "html", "head", "meta", "title", "style", "body", "div", "header", "nav", "main", "section", "footer", "h1", "h2", "h3", "p", "ul", "li", "a", "b", "i", "small", "span", "code",
        "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "svg", "path", "text", "circle", "rect", "wbr",
    ];

    public static void AssertSelfContained(string page)
    {
        Assert.StartsWith("<!doctype html>", page, StringComparison.Ordinal);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        var open = new Stack<string>();
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match tag in Tag().Matches(page))
        {
            var (name, rest) = (tag.Groups["name"].Value, tag.Groups["rest"].Value);
            Assert.Contains(name, Known);
            if (tag.Value.StartsWith("</", StringComparison.Ordinal))
            {
                Assert.Equal(name, open.Pop());
                continue;
            }

            foreach (Match attribute in Attribute().Matches(rest))
            {
                var (key, value) = (attribute.Groups["key"].Value, attribute.Groups["value"].Value);
                Assert.DoesNotMatch("^(on.*|src|srcset|action)$", key);
                Assert.True(key != "href" || value.StartsWith('#'), $"A link leads away: {value}");
                Assert.True(key != "id" || ids.Add(value), $"Two elements have the id {value}");
            }

            Assert.True(name != "svg" || rest.Contains("aria-", StringComparison.Ordinal), "A chart says what it shows.");
            if (name is not ("meta" or "wbr") && !rest.EndsWith('/'))
            {
                open.Push(name);
            }
        }

        Assert.Empty(open);
        // Outside of tags no angle bracket is left: every one from the data was encoded.
        Assert.DoesNotContain('<', Tag().Replace(page.Replace("<!doctype html>", "", StringComparison.Ordinal).Replace(ReportPage.RunMark, "", StringComparison.Ordinal), ""));
        Assert.All(Anchor().Matches(page), a => Assert.Contains(a.Groups["id"].Value, ids));
    }

    [GeneratedRegex("</?(?<name>[a-z0-9]+)(?<rest>(\\s+[a-zA-Z-]+(=\"[^\"<>]*\")?)*\\s*/?)>", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Tag();

    [GeneratedRegex("(?<key>[a-zA-Z-]+)(=\"(?<value>[^\"]*)\")?", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Attribute();

    [GeneratedRegex("href=\"#(?<id>[^\"]*)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Anchor();
}
