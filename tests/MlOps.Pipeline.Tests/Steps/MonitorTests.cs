using System.Globalization;
using System.Text.Json;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class MonitorTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_period_of_the_same_world_has_no_drift_no_incident_and_an_estimate()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\nmonitor: {groups: [KIND]}");
        var run = await pipeline.RunAsync(
            await pipeline.DropAsync("20201001", SmallCase.Csv(400, 2, 5001, label: false)), await pipeline.DropAsync("initial", SmallCase.Csv(2000, 1)));

        var document = await DocumentAsync(pipeline, run);

        Assert.False(run.Monitor.HasDrift);
        Assert.Empty(document.Incidents);
        Assert.Equal(["A", "B", "KIND"], document.Columns.Select(c => c.Column).Order());
        Assert.Equal(["initial"], document.ReferencePeriods);
        Assert.Equal(1.0, document.Columns.Sum(c => c.Importance), 1e-9);
        Assert.All(document.Columns, c => Assert.NotNull(c.AdjustedPValue));
        Assert.Equal(["test", "period"], document.Fairness.Select(f => f.Rows));
        Assert.Null(document.Fairness[1].EqualOpportunityDifference);
        Assert.InRange(document.Estimated!.Metrics["auc"], 0.55, 0.8);
    }

    [Fact]
    public async Task Alerts_are_ranked_by_effect_on_the_model_and_name_the_cause_of_drift()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var shifted = Change(SmallCase.Csv(400, 2, 5001, label: false), 1, a => Math.Round(0.5 + (a / 2), 4));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", shifted), await pipeline.DropAsync("initial", SmallCase.Csv(2000, 1)));

        Assert.True(run.Monitor.HasDrift);
        Assert.Contains("A", run.Monitor.Drifted);
        Assert.DoesNotContain("B", run.Monitor.Drifted);
        Assert.Empty(run.Monitor.Incidents);
        Assert.Equal(run.Monitor.Alerts.OrderByDescending(a => a.Effect), run.Monitor.Alerts);
        Assert.Contains("of the rows learned from and is", run.Monitor.Alerts.Single(a => a.Subject == "A").Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Never_retrain_on_broken_data_a_unit_change_is_an_incident_nothing_is_promoted_on_and_nothing_learned_from()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(800, 1));
        var broken = await pipeline.DropAsync("20201001", Change(SmallCase.Csv(200, 2, 5001), 2, b => b * 1000));
        var first = await pipeline.RunAsync(broken, initial);

        var held = await DecideAsync(pipeline, "20201001", first);
        var second = await pipeline.RunAsync(await pipeline.DropAsync("20201101", SmallCase.Csv(200, 3, 6001)), initial, broken);
        var promoted = await DecideAsync(pipeline, "20201101", second);

        Assert.Equal(("unit-change", "B"), (first.Inspect.Incidents.Single().Kind, first.Inspect.Incidents.Single().Column));
        Assert.False(first.Monitor.Alerts.Count == 0);
        Assert.False(held.Promoted);
        Assert.Contains("nothing is promoted on broken data", held.Verdict.Reason, StringComparison.Ordinal);
        Assert.Equal(["initial"], second.Accumulate.Periods);
        Assert.Contains(second.Accumulate.Warnings, w => w.Code == "data-incident" && w.Message.Contains("20201001", StringComparison.Ordinal));
        Assert.Equal(first.Train.ModelSha256, second.Train.ModelSha256);
        Assert.True(promoted.Promoted);
    }

    [Fact]
    public async Task A_definition_may_be_told_of_incidents_without_holding_anything()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\nmonitor: {incidents: tell}");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(800, 1));
        var broken = await pipeline.DropAsync("20201001", Change(SmallCase.Csv(200, 2, 5001), 2, _ => 5));
        var first = await pipeline.RunAsync(broken, initial);
        var second = await pipeline.RunAsync(await pipeline.DropAsync("20201101", SmallCase.Csv(200, 3, 6001)), initial, broken);

        Assert.Equal("stuck-column", first.Inspect.Incidents.Single().Kind);
        Assert.True((await DecideAsync(pipeline, "20201001", first)).Promoted);
        Assert.Equal(["initial", "20201001"], second.Accumulate.Periods);
    }

    private static Task<PromoteResult> DecideAsync(TestPipeline pipeline, string period, TestRun run) => pipeline.Steps.Promotion.DecideAsync(
        new PromoteInput("run-" + period, TestPipeline.Name, pipeline.DefinitionHash, period, run.Model.Version, run.Inspect.Incidents));

    private static async Task<MonitorDocument> DocumentAsync(TestPipeline pipeline, TestRun run) =>
        JsonSerializer.Deserialize<MonitorDocument>(await pipeline.ReadAsync(run.Monitor.RequireKey(), "monitor.json"), ArtifactJson.Compact)!;

    private static string Change(string csv, int column, Func<double, double> change) => string.Join('\n', csv.Split('\n').Select((line, i) =>
    {
        var cells = line.Split(',');
        if (i > 0 && cells.Length > column && cells[column].Length > 0)
        {
            cells[column] = change(double.Parse(cells[column], CultureInfo.InvariantCulture)).ToString("R", CultureInfo.InvariantCulture);
        }

        return string.Join(',', cells);
    }));
}
