using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Serving;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.Web.Runs;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Whose files and whose figures people are shown, where the model that predicts is not the one that the run trained, or nobody's champion.</summary>
public sealed class WhoseFactsTests(AzuriteFixture azurite)
{
    private const string First = "20201001", Second = "20201101";

    [Fact]
    public async Task Lineage_and_metrics_are_those_of_the_model_that_predicts()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: manual");
        await system.DropAsync("initial");
        await system.DropAsync(First);
        await system.SettledAsync("initial", First);
        await system.DropAsync(Second);
        var ledger = await system.SettledAsync(Second);

        var (before, manifest) = (await system.ManifestAsync(First), await system.ManifestAsync(Second));
        var run = (await system.DocumentAsync(ledger.Published(Second)!.RunId))!;

        // The champion of October predicts November; it has learned from the history alone, the run's own model from October too.
        Assert.Equal(before.ModelVersion, manifest.ModelVersion);
        Assert.Equal(["initial"], manifest.History.Select(h => h.Period));
        Assert.Equal(["initial", First], run.History.Select(h => h.Period));
        Assert.Equal(before.Parameters, manifest.Parameters);
        Assert.Equal(before.Metrics["test"], manifest.Metrics["test"]);
        Assert.Equal(before.Metrics["test"], run.Metrics["test"]);
        Assert.Equal(manifest.ModelVersion, run.ModelVersion);
        Assert.StartsWith(Second, run.Challenger!.Version, StringComparison.Ordinal);
        // A fifth of the 800 rows of the history, and of the 200 of October.
        Assert.Equal((160, 200), (run.Metrics["test"]["rows"], run.Challenger.Metrics["test"]["rows"]));
        Assert.Equal(200, run.Metrics["drop"]["rows"]);

        var lineage = new Lineage(system.Account);
        var row = await lineage.OfRowAsync(ArrivalSystem.Name, Period.Parse(Second), $"{int.Parse(Second) * 10}", default);
        Assert.Equal(["initial"], row.TrainedOn.Select(d => d.Period));
        var uses = await lineage.OfFileAsync(ArrivalSystem.Name, First + ".csv", default);
        Assert.Equal([(First, "predicted")], uses.Select(u => (u.Period, u.Use)));
        Assert.Equal(2, (await lineage.OfFileAsync(ArrivalSystem.Name, "initial.csv", default)).Count(u => u.Use == "trained on"));
    }

    [Fact]
    public async Task A_model_that_nobody_made_champion_predicts_only_with_saying_so_and_the_API_says_why_it_does_not_answer()
    {
        // A model that can split nothing does not beat the trivial baseline.
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition.Replace("min_data_in_leaf: 10", "min_data_in_leaf: 5000", StringComparison.Ordinal));
        var none = await Assert.ThrowsAsync<StepRefusedException>(() => system.Get<Champions>().GetAsync(ArrivalSystem.Name));
        Assert.Contains("no period has been predicted yet", none.Message, StringComparison.Ordinal);

        await system.DropAsync("initial");
        await system.DropAsync(First);
        var ledger = await system.SettledAsync("initial", First);

        var runId = ledger.Published(First)!.RunId;
        var run = (await system.DocumentAsync(runId))!;
        var said = Assert.Single(run.Warnings, w => w.Code == "no-champion-predicts");
        Assert.Contains($"mlops promote {ArrivalSystem.Pipeline} {run.ModelVersion}", said.Message, StringComparison.Ordinal);
        Assert.Contains("No model is in production", (await system.NoticeAsync(runId)).Summary, StringComparison.Ordinal);
        Assert.True((await system.ManifestAsync(First)).Promotion.IsNobodysChampion);

        var refused = await Assert.ThrowsAsync<StepRefusedException>(() => system.Get<Champions>().GetAsync(ArrivalSystem.Name));
        Assert.Contains($"model {run.ModelVersion} of {First} was not let in: it predicts every row alike, as the trivial baseline does", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("mlops wait", refused.Message, StringComparison.Ordinal);
    }
}
