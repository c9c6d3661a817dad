using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Repeat, end, replay, reproduce: on the same engine and under the same rules as a drop.</summary>
public sealed class SteeringTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Rerun_from_any_step_repeats_no_earlier_step_and_names_its_parent()
    {
        await using var system = await StartAsync(azurite);
        var first = await system.ManifestAsync("20201001");

        var id = await system.Get<Steering>().RerunAsync(ArrivalSystem.Name, RunId.Parse(first.RunId), "train");
        var ledger = await system.SettledAsync();

        var run = (await system.DocumentAsync(id))!;
        Assert.Equal((RunState.Succeeded, first.RunId), (ledger.FindRun(id)!.State, run.Parent));
        Assert.Equal(["train", "evaluate", "leaderboard", "compare", "predict", "explain", "monitor", "performance", "report"], run.Steps.Where(s => !s.Skipped).Select(s => s.Name));
        Assert.Equal(["accumulate", "featurize-train", "featurize-score", "inspect"], run.Steps.Where(s => s.Skipped && s.Name != "validate").Select(s => s.Name));
        Assert.All(run.Steps, s => Assert.NotEmpty(s.Reason));
        Assert.Equal(200, run.Rows);
        Assert.Equal((await system.DocumentAsync(first.RunId))!.Warnings, run.Warnings);
        var log = run.Log.Select(l => l.Text).ToList();
        Assert.Equal("admit", log[0]);
        Assert.Contains(log, l => l.StartsWith("accumulate skipped:", StringComparison.Ordinal));
        Assert.StartsWith("succeeded: ", log[^1], StringComparison.Ordinal);
        Assert.Equal(run.Log.OrderBy(l => l.Time), run.Log);
        var second = await system.ManifestAsync("20201001");
        Assert.Equal((first.Revision, first.PredictionsSha256), (second.Revision, second.PredictionsSha256));
    }

    [Fact]
    public async Task A_rerun_after_a_change_of_the_definition_says_why_each_step_ran_or_was_skipped()
    {
        await using var system = await StartAsync(azurite);
        var first = await system.ManifestAsync("20201001");
        await system.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(
            BinaryData.FromString(SmallCase.Definition.Replace("num_leaves: 7", "num_leaves: 15")), overwrite: true);

        var id = await system.Get<Steering>().RerunAsync(ArrivalSystem.Name, RunId.Parse(first.RunId));
        await system.SettledAsync();

        var run = (await system.DocumentAsync(id))!;
        var train = run.Steps.Single(s => s.Name == "train");
        Assert.False(train.Skipped);
        Assert.Contains("changed since the last time: model", train.Reason, StringComparison.Ordinal);
        Assert.True(run.Steps.Single(s => s.Name == "accumulate").Skipped);
        Assert.Equal((2, id), (run.PredictionRevision, (await system.ManifestAsync("20201001")).RunId));
    }

    [Fact]
    public async Task A_cancelled_run_is_told_of_and_others_go_on()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("20201001");
        var ledger = await system.UntilAsync(l => l.Runs is [{ WaitsFor: not null }], "the period waits");
        var id = RunId.Parse(ledger.Runs[0].RunId);

        await system.Get<Steering>().CancelAsync(ArrivalSystem.Name, id);
        await system.DropAsync("initial");
        await system.DropAsync("20201101");
        ledger = await system.UntilAsync(l => l.Published("20201101") is not null && l.Runs.All(r => r.State != RunState.Active), "the others end");

        Assert.Equal(RunState.Cancelled, ledger.FindRun(id.Value)!.State);
        Assert.Equal(RunState.Cancelled, (await system.NoticeAsync(id.Value)).State);
        Assert.Null(ledger.Published("20201001"));
        var error = await Assert.ThrowsAsync<SteeringException>(() => system.Get<Steering>().CancelAsync(ArrivalSystem.Name, id));
        Assert.Contains("cancelled", error.Message, StringComparison.Ordinal);

        await system.Get<Steering>().RerunAsync(ArrivalSystem.Name, id);
        await system.UntilAsync(l => l.Published("20201001") is not null && l.Runs.All(r => r.State != RunState.Active), "the cancelled run is repeated");
    }

    [Fact]
    public async Task A_refused_file_is_replayed_after_the_definition_was_mended()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition.Replace("id: SK_ID_CURR", "id: SK_ID"));
        await system.DropAsync("initial");
        var ledger = await system.SettledAsync("initial");
        var kept = (await system.DocumentAsync(ledger.Runs[0].RunId))!.RejectedFile!;
        Assert.Equal(RunState.Rejected, ledger.Runs[0].State);

        await system.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition), overwrite: true);
        await system.Get<Steering>().ReplayAsync(kept);
        ledger = await system.SettledAsync();

        Assert.Equal(800, ledger.InForce("initial")!.Rows);
        Assert.Empty(await ArrivalSystem.NamesAsync(system.Account.Rejected));
    }

    [Fact]
    public async Task Reproduce_gives_the_same_bytes_or_names_the_first_input_that_differs()
    {
        // An account of its own: other tests reproduce too, and what this one leaves is looked for below.
        await using var alone = new AzuriteFixture();
        await alone.InitializeAsync();
        await using var system = await StartAsync(alone);
        var manifest = await system.ManifestAsync("20201001");
        var reproducer = system.Get<Reproducer>();

        var same = await reproducer.RunAsync(ArrivalSystem.Name, RunId.Parse(manifest.RunId));
        Assert.True(same.IsSame, same.Difference);
        Assert.Equal((manifest.ModelSha256, manifest.PredictionsSha256), (same.ModelSha256, same.PredictionsSha256));

        var kept = system.Account.Artifacts.GetBlobClient($"credit/drops/{manifest.History[0].Sha256}.csv");
        await kept.UploadAsync(new BinaryData(SmallCase.File("initial", seed: 9)), overwrite: true);
        var other = await reproducer.RunAsync(ArrivalSystem.Name, RunId.Parse(manifest.RunId));
        Assert.False(other.IsSame);
        Assert.Contains("credit/initial.csv (revision 1)", other.Difference, StringComparison.Ordinal);

        var containers = new List<string>();
        await foreach (var container in system.Account.Service.GetBlobContainersAsync(prefix: "reproduce-"))
        {
            containers.Add(container.Name);
        }

        Assert.Empty(containers);
    }

    [Fact]
    public async Task A_range_of_periods_is_repeated_in_period_order()
    {
        const string always = SmallCase.Definition + "\npromote: always";
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: always);
        string[] periods = ["initial", .. SmallCase.Months];
        foreach (var period in periods)
        {
            await system.DropAsync(period);
        }

        await system.SettledAsync(periods);
        await system.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(
            BinaryData.FromString(always.Replace("num_leaves: 7", "num_leaves: 15", StringComparison.Ordinal)), overwrite: true);

        var ids = await system.Get<Steering>().BackfillAsync(ArrivalSystem.Name, Period.Parse("20201101"), Period.Parse("20201231"));
        var ledger = await system.SettledAsync();

        Assert.Equal(["20201101", "20201201"], ids.Select(id => ledger.FindRun(id)!.Period));
        Assert.All(ids, id => Assert.Equal(RunState.Succeeded, ledger.FindRun(id)!.State));
        Assert.Equal([1, 2, 2], SmallCase.Months.Select(m => ledger.Published(m)!.Revision));
        await Assert.ThrowsAsync<SteeringException>(
            () => system.Get<Steering>().BackfillAsync(ArrivalSystem.Name, Period.Parse("20250101"), Period.Parse("20251231")));
    }

    private static async Task<ArrivalSystem> StartAsync(AzuriteFixture azurite)
    {
        var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.SettledAsync("initial", "20201001");
        return system;
    }
}
