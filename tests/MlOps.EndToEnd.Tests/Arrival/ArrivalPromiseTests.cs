using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>The promises of arrival, each on the real thing.</summary>
public sealed class ArrivalPromiseTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task It_just_runs_after_a_copied_file()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);

        // Nobody starts it: no sweep runs here. How soon it starts is measured by the benchmark of the engine.
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        var ledger = await system.SettledAsync("initial", "20201001");
        Assert.All(ledger.Runs, r => Assert.Equal(RunState.Succeeded, r.State));
        Assert.Equal(201, (await system.PredictionsAsync("20201001")).Count(b => b == '\n'));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20)]
    public async Task One_file_one_effect(int deliveries)
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false);
        var events = new List<BlobCreatedEvent>();
        foreach (var period in new[] { "initial", "20201001" })
        {
            var drop = system.EventOf(period, await system.DropAsync(period));
            events.AddRange(Enumerable.Repeat(drop, deliveries));
        }

        await Task.WhenAll(events.Select(e => system.Receiver.ReceiveAsync(e)));
        var ledger = await system.SettledAsync("initial", "20201001");

        // Late ones, and one after everything that the platform knew of the runs is gone.
        await Task.WhenAll(events.Select(e => system.Receiver.ReceiveAsync(e)));
        foreach (var run in ledger.Runs)
        {
            await system.Client.PurgeInstanceAsync(run.RunId);
            await system.Receiver.ReceiveAsync(events.First(e => e.ETag == run.ETag));
        }

        ledger = await system.SettledAsync("initial", "20201001");
        Assert.Equal(2, ledger.Runs.Count);
        Assert.Equal(2, ledger.Drops.Count);
        Assert.Equal(1, Assert.Single(ledger.Publications).Revision);
        Assert.Equal(system.Log.StepsStarted.Distinct(), system.Log.StepsStarted);
        Assert.Equal(2, (await ArrivalSystem.NamesAsync(system.Account.Notifications)).Count);
        var history = (await system.ManifestAsync("20201001")).History;
        Assert.Equal("initial", Assert.Single(history).Period);
    }

    [Fact]
    public async Task Bytes_not_names_decide_the_same_bytes_under_another_name_are_a_duplicate()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always");
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.SettledAsync("initial", "20201001");

        var etag = await system.DropAsync("20201101", SmallCase.File("20201001"));
        await system.SettledAsync("20201101");
        await system.DropAsync("20201201");
        var ledger = await system.SettledAsync("20201201");

        var run = ledger.FindRun(RunIds.ForArrival(ArrivalSystem.Pipeline, "20201101", etag))!;
        Assert.Equal(RunState.Duplicate, run.State);
        Assert.Contains("20201001.csv", (await system.NoticeAsync(run.RunId)).Summary, StringComparison.Ordinal);
        Assert.DoesNotContain("credit/pred_20201101.csv", await ArrivalSystem.NamesAsync(system.Account.Output));
        Assert.Equal(["initial", "20201001"], (await system.ManifestAsync("20201201")).History.Select(h => h.Period));
    }

    [Fact]
    public async Task Bytes_not_names_decide_new_bytes_under_the_same_name_are_revision_2_and_both_are_kept()
    {
        // Every model predicts: where a champion is kept that learned from neither revision, nothing of the later period changes.
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always");
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.DropAsync("20201101");
        var before = await system.SettledAsync("initial", "20201001", "20201101");
        var (first, later) = (await system.ManifestAsync("20201001"), await system.ManifestAsync("20201101"));

        await system.DropAsync("20201001", SmallCase.File("20201001", seed: 2));
        await system.UntilAsync(l => l.Runs.Count > before.Runs.Count, "revision 2 arrived");
        var ledger = await system.SettledAsync("20201001");

        Assert.Equal([1, 2], ledger.Drops.Where(d => d.Period == "20201001").Select(d => d.Revision));
        var (second, restated) = (await system.ManifestAsync("20201001"), await system.ManifestAsync("20201101"));
        Assert.Equal((1, 2), (first.Revision, second.Revision));
        Assert.NotEqual(first.PredictionsSha256, second.PredictionsSha256);
        Assert.Equal(2, restated.Revision);
        Assert.Equal(2, restated.History.Single(h => h.Period == "20201001").Revision);
        Assert.NotEqual(later.ModelSha256, restated.ModelSha256);

        // The bytes of both revisions, of the files and of the predictions, are still there.
        var kept = await ArrivalSystem.NamesAsync(system.Account.Artifacts, "credit/drops/");
        Assert.All(ledger.Drops, d => Assert.Contains($"credit/drops/{d.Sha256}.csv", kept));
        var old = await ArrivalSystem.ReadAsync(system.Account.Artifacts, $"credit/runs/{first.RunId}/predictions.csv");
        Assert.Equal(first.PredictionsSha256, ContentHash.Of(old));
    }

    [Fact]
    public async Task Bytes_not_names_decide_the_same_bytes_dropped_again_change_nothing()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.SettledAsync("initial", "20201001");
        var before = await system.ManifestAsync("20201001");
        var steps = system.Log.StepsStarted.Count;

        await system.DropAsync("20201001");
        await system.UntilAsync(l => l.Runs.Count == 3, "the file was seen again");
        var ledger = await system.SettledAsync();

        Assert.Equal(RunState.Unchanged, ledger.Runs[^1].State);
        Assert.Equal(before.AsOf, (await system.ManifestAsync("20201001")).AsOf);
        Assert.Equal(steps, system.Log.StepsStarted.Count);
    }

    [Fact]
    public async Task A_run_still_busy_with_revision_1_ends_superseded_and_publishes_nothing()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false);
        var etag = await system.DropAsync("20201001");
        await system.Receiver.ReceiveAsync(system.EventOf("20201001", etag));
        await system.UntilAsync(l => l.Runs is [{ WaitsFor: not null }], "revision 1 waits for the history");

        var etag2 = await system.DropAsync("20201001", SmallCase.File("20201001", seed: 2));
        await system.Receiver.ReceiveAsync(system.EventOf("20201001", etag2));
        await system.Receiver.ReceiveAsync(system.EventOf("initial", await system.DropAsync("initial")));
        var ledger = await system.SettledAsync("initial", "20201001");

        var (first, second) = (RunIds.ForArrival("credit", "20201001", etag), RunIds.ForArrival("credit", "20201001", etag2));
        Assert.Equal(RunState.Superseded, ledger.FindRun(first)!.State);
        Assert.Equal(RunState.Succeeded, ledger.FindRun(second)!.State);
        Assert.Equal(second, Assert.Single(ledger.Publications).RunId);
        Assert.Equal(RunState.Superseded, (await system.NoticeAsync(first)).State);
    }

    [Fact]
    public async Task Order_of_arrival_does_not_matter()
    {
        string[] periods = ["initial", .. SmallCase.Months];
        var inOrder = await FinalAsync(periods, oneByOne: true);

        foreach (var order in new[] { new[] { 3, 2, 1, 0 }, [1, 3, 0, 2] })
        {
            Assert.Equal(inOrder, await FinalAsync([.. order.Select(i => periods[i])], oneByOne: false));
        }

        Assert.Equal(inOrder, await FinalAsync([periods[2], periods[0], periods[3], periods[1]], oneByOne: true));
    }

    [Fact]
    public async Task Only_whole_files_count()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false);
        var etag = await system.DropAsync("initial");
        var whole = system.EventOf("initial", etag);
        var ignored = new[]
        {
            whole with { Api = "CreateFile" }, whole with { Api = "AppendBlock" }, whole with { Api = "SetBlobTier" }, whole with { Api = "" },
            whole with { BlobName = "credit/.initial.csv" }, whole with { BlobName = "credit/_initial.csv" }, whole with { BlobName = "credit/_tmp/initial.csv" },
            whole with { BlobName = "credit/readme.txt" }, whole with { BlobName = "initial.csv" }, whole with { Container = "elsewhere" },
        };

        foreach (var one in ignored.Concat(ignored))
        {
            Assert.Equal(Reception.Ignored, (await system.Receiver.ReceiveAsync(one)).Reception);
        }

        // An empty blob whose content is still to come: it is counted, and what came after it is not touched.
        await system.Receiver.ReceiveAsync(whole with { ContentLength = 0, ETag = "0x0" });

        var counts = await system.Get<IgnoredEvents>().CountsAsync(ArrivalSystem.Name);
        Assert.Equal(4, counts[IgnoreReason.OtherApi]);
        Assert.Equal(3, counts[IgnoreReason.HiddenName]);
        Assert.Equal(1, counts[IgnoreReason.OtherFile]);
        Assert.Equal(1, counts[IgnoreReason.Empty]);
        Assert.Empty((await system.LedgerAsync()).Runs);
        foreach (var api in new[] { "PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose" })
        {
            Assert.NotEqual(Reception.Ignored, (await system.Receiver.ReceiveAsync(whole with { Api = api })).Reception);
        }

        await system.SettledAsync("initial");
        Assert.Equal(["credit/initial.csv"], await ArrivalSystem.NamesAsync(system.Account.Input));
    }

    [Fact]
    public async Task Missed_events_are_found_by_a_sweep_and_a_second_sweep_starts_nothing()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false);
        await system.DropAsync("initial");
        await system.DropAsync("20201001");

        var first = await system.Get<Sweep>().RunAsync();
        var meanwhile = await system.Get<Sweep>().RunAsync();
        await system.SettledAsync("initial", "20201001");
        var second = await system.Get<Sweep>().RunAsync();

        Assert.Equal(2, first.Started.Count);
        Assert.Empty(meanwhile.Started.Concat(meanwhile.Restarted));
        Assert.Empty(second.Started.Concat(second.Restarted));
        Assert.NotEmpty(await system.PredictionsAsync("20201001"));
    }

    // What must not depend on the order: the data, the features, the model and the predictions of each period.
    private async Task<string> FinalAsync(string[] periods, bool oneByOne)
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        foreach (var period in periods)
        {
            await system.DropAsync(period);
            if (oneByOne && periods[0] == "initial")
            {
                await system.SettledAsync(period);
            }
            else if (oneByOne)
            {
                await system.UntilAsync(l => l.Runs.Any(r => r.Period == period), $"{period} arrived");
            }
        }

        await system.SettledAsync(periods);
        var lines = new List<string>();
        foreach (var period in SmallCase.Months)
        {
            var manifest = await system.ManifestAsync(period);
            var keys = manifest.Steps.Where(s => s.Name != "validate").Select(s => s.Key);
            lines.Add($"{period}: {string.Join(' ', keys)} model {manifest.ModelSha256} predictions {ContentHash.Of(await system.PredictionsAsync(period))}");
        }

        return string.Join('\n', lines);
    }
}
