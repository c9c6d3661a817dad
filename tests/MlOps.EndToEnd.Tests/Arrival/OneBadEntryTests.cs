using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>What is wrong with one file, one document or one pipeline stays there.</summary>
public sealed class OneBadEntryTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_file_named_after_an_open_end_date_stops_no_sweep()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.DropAsync("99991231", SmallCase.File("20201101"));
        await system.UntilAsync(l => l.Runs.Count(r => r.State == RunState.Succeeded) == 3, "the history and both periods are done");

        var swept = await system.Get<Sweep>().RunAsync();

        Assert.Empty(swept.Troubles);
        Assert.Equal(3, swept.Files);
    }

    [Fact]
    public async Task A_damaged_ledger_and_a_damaged_notice_are_told_and_stop_no_other_pipeline()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false);
        await system.Account.Artifacts.GetBlobClient("aaa/ledger.json").UploadAsync(BinaryData.FromString("{"));
        await system.Account.Input.GetBlobClient("aaa/initial.csv").UploadAsync(BinaryData.FromString("a,b\n1,2\n"));
        await system.Account.Notifications.GetBlobClient($"{ArrivalSystem.Pipeline}/broken.json").UploadAsync(BinaryData.FromString("{"));
        await system.DropAsync("initial");

        var swept = await system.Get<Sweep>().RunAsync();

        Assert.Contains($"{ArrivalSystem.Pipeline}-initial-", Assert.Single(swept.Started), StringComparison.Ordinal);
        var trouble = Assert.Single(swept.Troubles);
        Assert.Equal("aaa", trouble.Pipeline);
        Assert.Contains("artifacts/aaa/ledger.json is damaged", trouble.Reason, StringComparison.Ordinal);
        await system.UntilAsync(l => l.Runs.Any(r => r.State == RunState.Succeeded), "the history is accepted");
        Assert.Empty((await system.Get<Sweep>().RunAsync(ArrivalSystem.Name)).Troubles);
    }
}
