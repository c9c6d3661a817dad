using MlOps.Pipeline.Arrival;
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
    public async Task Late_labels_restate_the_past_and_earlier_values_stay_with_their_time()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        await system.DropAsync("20201001", SmallCase.File("20201001", labelled: false));
        await system.SettledAsync("initial", "20201001");
        var published = await system.ManifestAsync("20201001");

        // A third of the labels, then two thirds, then all, some of them corrected.
        var measured = new List<(double Rows, string RunId)>();
        foreach (var (share, corrected) in new[] { (1, 0), (2, 0), (3, 9) })
        {
            var runs = (await system.LedgerAsync()).Runs.Count;
            await system.DropAsync("20201001", Labelled(share, corrected));
            await system.UntilAsync(l => l.Runs.Count > runs, "labels arrived");
            await system.SettledAsync();
            var manifest = await system.ManifestAsync("20201001");
            measured.Add((manifest.Metrics["drop"]["rows"], manifest.RunId));
            Assert.Equal((published.Revision, published.PredictionsSha256, published.ModelVersion), (manifest.Revision, manifest.PredictionsSha256, manifest.ModelVersion));
        }

        Assert.Equal([66, 133, 200], measured.Select(m => m.Rows));
        foreach (var (rows, runId) in measured)
        {
            var document = (await system.DocumentAsync(runId))!;
            Assert.Equal((rows, published.ModelVersion), (document.Metrics["drop"]["rows"], document.ModelVersion));
        }
    }

    private static byte[] Labelled(int thirds, int corrected)
    {
        var lines = System.Text.Encoding.UTF8.GetString(SmallCase.File("20201001")).Split('\n');
        var known = (lines.Length - 2) * thirds / 3;
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var cells = lines[i].Split(',', 3);
            cells[1] = i > known ? "" : i <= corrected ? (cells[1] == "1" ? "0" : "1") : cells[1];
            lines[i] = string.Join(',', cells);
        }

        return System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    [Fact]
    public async Task A_labelled_month_is_learnt_from_by_later_months_and_an_unlabelled_one_is_not()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
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
