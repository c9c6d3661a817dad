using System.Globalization;
using System.Text;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Registry;

/// <summary>Guards (fairness, calibration, latency) can veto a promotion that the rule allows.</summary>
public sealed class GuardTests(AzuriteFixture azurite)
{
    private const string Model = "model: {num_leaves: 7, num_iterations: 40, learning_rate: 0.1, min_data_in_leaf: 20}\n";

    [Fact]
    public async Task Guards_can_veto_by_fairness_of_groups_that_are_no_features()
    {
        string Definition(string features, string guards) =>
            $"label: TARGET\nid: ID\nfeatures: [{features}]\nmonitor: {{groups: [GROUP], fairness: 1}}\n{Model}promote: {{rule: always, guards: {{{guards}}}}}\n";
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition("A", "fairness_worsening: 0.1"));
        var initial = await pipeline.DropAsync("initial", Groups(1500, 1, 1));
        var drop = await pipeline.DropAsync("20201001", Groups(200, 2, 10_001));
        var first = await pipeline.RunAsync(drop, initial);
        Assert.True((await DecideAsync(pipeline, "20201001", first)).Promoted);
        Assert.DoesNotContain("GROUP", await pipeline.ReadAsync(first.Train.RequireKey(), "model.txt"), StringComparison.Ordinal);

        // A column that tells the groups apart makes a better model that treats them worse.
        await pipeline.DefineAsync(Definition("A, PROXY", "fairness_worsening: 0.1"));
        var later = await pipeline.DropAsync("20201101", Groups(200, 3, 20_001));
        var second = await pipeline.RunAsync(later, initial, drop);
        var vetoed = await DecideAsync(pipeline, "20201101", second);

        Assert.False(vetoed.Promoted);
        Assert.Equal(first.Model.Version, vetoed.Version);
        Assert.True(vetoed.Verdict.Improvement > 0);
        Assert.StartsWith("the guard 'fairness_worsening' vetoes it: the difference of the shares predicted positive by GROUP", vetoed.Verdict.Reason, StringComparison.Ordinal);
        Assert.Contains("fairness_worsening", await VerdictAsync(pipeline, "20201101"), StringComparison.Ordinal);
        var aliases = await pipeline.Steps.Aliases.ReadAsync(pipeline.Pipeline);
        Assert.Equal(first.Model.Version, aliases.Champion);
        Assert.Contains("guard 'fairness_worsening'", aliases.History[^1].Reason, StringComparison.Ordinal);

        // Without the guard the same model is promoted, so it was the guard.
        await pipeline.DefineAsync(Definition("A, PROXY", "fairness_worsening: 1"));
        Assert.True((await DecideAsync(pipeline, "20201101", await pipeline.RunAsync(later, initial, drop), "again")).Promoted);

        // The absolute limit needs no champion.
        await pipeline.DefineAsync(Definition("A, PROXY", "fairness: 0.1"));
        Assert.False((await DecideAsync(pipeline, "20201001", await pipeline.RunAsync(drop, initial), "absolute")).Promoted);
    }

    [Fact]
    public async Task Guards_can_veto_by_calibration()
    {
        string Definition(string model, string limit) => $"label: TARGET\nid: ID\nfeatures: [A, PROXY]\nmodel: {{{model}}}\npromote: {{rule: always, metric: auc, guards: {{calibration: {limit}, brier: 1}}}}\n";
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition("num_leaves: 4, num_iterations: 60, learning_rate: 0.1", "0.05"));
        var initial = await pipeline.DropAsync("initial", Groups(1500, 1, 1));
        var drop = await pipeline.DropAsync("20201001", Groups(200, 2, 10_001));
        Assert.True((await DecideAsync(pipeline, "20201001", await pipeline.RunAsync(drop, initial))).Promoted);
        const string Overconfident = "num_leaves: 63, num_iterations: 100, learning_rate: 0.3, min_data_in_leaf: 2, early_stopping_round: 0";
        var later = await pipeline.DropAsync("20201101", Groups(200, 3, 20_001));

        await pipeline.DefineAsync(Definition(Overconfident, "0.05"));
        var vetoed = await DecideAsync(pipeline, "20201101", await pipeline.RunAsync(later, initial));
        await pipeline.DefineAsync(Definition(Overconfident, "1"));
        var allowed = await DecideAsync(pipeline, "20201101", await pipeline.RunAsync(later, initial), "again");

        Assert.False(vetoed.Promoted);
        Assert.StartsWith("the guard 'calibration' vetoes it: the expected calibration error is ", vetoed.Verdict.Reason, StringComparison.Ordinal);
        Assert.True(allowed.Promoted);
        var finding = allowed.Verdict.Guards!.Single(g => g.Guard == "calibration");
        Assert.True(finding.Challenger - finding.Champion > 0.05 && finding.Passed);
    }

    [Fact]
    public async Task Guards_can_veto_by_latency_and_decide_from_the_recorded_time_ever_after()
    {
        var definition = "label: TARGET\nid: ID\nfeatures: [A, PROXY]\n" + Model + "promote: {rule: always, guards: {latency: LIMIT}}\n";
        var pipeline = await TestPipeline.CreateAsync(azurite, definition.Replace("LIMIT", "1000", StringComparison.Ordinal));
        var initial = await pipeline.DropAsync("initial", Groups(1500, 1, 1));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", Groups(100, 2, 10_001)), initial);
        Assert.True((await DecideAsync(pipeline, "20201001", run, "fast-enough")).Promoted);
        await pipeline.DefineAsync(definition.Replace("LIMIT", "0.0000001", StringComparison.Ordinal));

        var vetoed = await DecideAsync(pipeline, "20201001", run, "too-slow");

        Assert.False(vetoed.Promoted);
        Assert.StartsWith("the guard 'latency' vetoes it: milliseconds a row is ", vetoed.Verdict.Reason, StringComparison.Ordinal);
        Assert.Contains("latency", await VerdictAsync(pipeline, "20201001", "too-slow"), StringComparison.Ordinal);
        // What was measured is in a record of its own, not in what is addressed by content.
        Assert.DoesNotContain("milliseconds", await pipeline.ReadAsync(vetoed.Verdict.RequireKey(), "verdict.json"), StringComparison.Ordinal);

        // Another time in the record decides otherwise: nothing is measured again.
        var record = pipeline.Account.Artifacts.GetBlobClient($"{TestPipeline.Name}/models/{run.Model.Version}/latency.json");
        var text = (await record.DownloadContentAsync()).Value.Content.ToString();
        await record.UploadAsync(BinaryData.FromString(System.Text.RegularExpressions.Regex.Replace(text, "\"millisecondsPerRow\": [^,]+", "\"millisecondsPerRow\": 0")), overwrite: true);
        Assert.True((await DecideAsync(pipeline, "20201001", run, "again")).Promoted);
    }

    [Fact]
    public void A_guard_that_cannot_work_is_a_mistake_of_the_definition()
    {
        var regression = Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: y\ntask: regression\npromote: {guards: {brier: 0.1}}\n", "p.yaml"));
        var groups = Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: y\npromote: {guards: {fairness: 0.1}}\n", "p.yaml"));
        var label = Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: y\nmonitor: {groups: [y]}\n", "p.yaml"));

        Assert.Contains("belong to 'task: binary'", regression.Message, StringComparison.Ordinal);
        Assert.Contains("groups: [COLUMN]", groups.Message, StringComparison.Ordinal);
        Assert.Contains("is the label", label.Message, StringComparison.Ordinal);
    }

    private static string Groups(int rows, int seed, int firstId)
    {
        var random = new Random(seed);
        var text = new StringBuilder("ID,A,PROXY,GROUP,TARGET\n");
        for (var i = 0; i < rows; i++)
        {
            var (a, group) = (Math.Round(random.NextDouble(), 4), random.Next(2));
            var label = random.NextDouble() < 0.15 + (0.3 * a) + (0.4 * group) ? 1 : 0;
            text.Append(CultureInfo.InvariantCulture, $"{firstId + i},{a},{group},{(group == 1 ? "g" : "h")},{label}\n");
        }

        return text.ToString();
    }

    private static Task<PromoteResult> DecideAsync(TestPipeline pipeline, string period, TestRun run, string? id = null) => pipeline.Steps.Promotion.DecideAsync(
        new PromoteInput(id ?? "run-" + period, TestPipeline.Name, pipeline.DefinitionHash, period, run.Model.Version, run.Inspect.Incidents));

    private static async Task<string> VerdictAsync(TestPipeline pipeline, string period, string? id = null) =>
        (await pipeline.Account.Artifacts.GetBlobClient($"{TestPipeline.Name}/runs/{RunId.Parse(id ?? "run-" + period)}/verdict.json").DownloadContentAsync()).Value.Content.ToString();
}
