using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Labels come late: a period is dropped again with them, and its earlier predictions are measured.</summary>
public sealed class LateLabelTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Labels_that_come_late_measure_the_published_predictions_and_make_no_second_ones()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        await system.DropAsync("20201001", SmallCase.File("20201001", labelled: false));
        await system.SettledAsync("initial", "20201001");
        var before = await system.ManifestAsync("20201001");
        var blob = system.Account.Output.GetBlobClient("credit/pred_20201001.csv");
        var written = (await blob.GetPropertiesAsync()).Value.ETag;
        Assert.DoesNotContain("drop", before.Metrics.Keys);

        await system.DropAsync("20201001", SmallCase.File("20201001"));
        await system.UntilAsync(l => l.Runs.Count == 3, "the labels arrived");
        var ledger = await system.SettledAsync();

        var after = await system.ManifestAsync("20201001");
        Assert.Equal(RunState.Succeeded, ledger.Runs[^1].State);
        Assert.True(after.Metrics["drop"]["auc"] > 0.5);
        Assert.Equal((before.Revision, before.AsOf, before.PredictionsSha256), (after.Revision, after.AsOf, after.PredictionsSha256));
        Assert.Equal(written, (await blob.GetPropertiesAsync()).Value.ETag);

        // The earlier values stay with the run that made them.
        Assert.DoesNotContain("drop", (await system.DocumentAsync(before.RunId))!.Metrics.Keys);
        Assert.Contains("drop", (await system.DocumentAsync(after.RunId))!.Metrics.Keys);
    }

    [Fact]
    public async Task A_labelled_month_is_learnt_from_by_later_months_and_an_unlabelled_one_is_not()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always");
        await system.DropAsync("initial");
        await system.DropAsync("20201001", SmallCase.File("20201001", labelled: false));
        await system.DropAsync("20201101");
        await system.SettledAsync("initial", "20201001", "20201101");
        Assert.Equal(["initial"], (await system.ManifestAsync("20201101")).History.Select(h => h.Period));

        await system.DropAsync("20201001", SmallCase.File("20201001"));
        await system.UntilAsync(l => l.Runs.Count == 5, "the labels arrived and the later month is restated");
        await system.SettledAsync();

        Assert.Equal(["initial", "20201001"], (await system.ManifestAsync("20201101")).History.Select(h => h.Period));
        Assert.Equal(2, (await system.ManifestAsync("20201101")).Revision);
    }
}
