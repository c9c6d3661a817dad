using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Errors by class: what may pass by itself is tried again, what cannot is not, what hangs is ended; each is told.</summary>
public sealed class ErrorClassTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Errors_by_class_a_busy_storage_is_tried_again_with_growing_delays_and_the_run_ends_well()
    {
        var fault = new StorageFault("/model.txt");
        await using var system = await ArrivalSystem.StartAsync(azurite, storage: fault.Options());
        fault.FailTimes(3);
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        var ledger = await system.SettledAsync("initial", "20201001");

        Assert.All(ledger.Runs, r => Assert.Equal(RunState.Succeeded, r.State));
        var waits = fault.Attempts.Zip(fault.Attempts.Skip(1), (a, b) => b - a).Take(3).ToArray();

        // One, two and four seconds; the engine's timers keep whole seconds, so that nearly one may be missing.
        Assert.True(waits[1] > TimeSpan.FromSeconds(1) && waits[2] > TimeSpan.FromSeconds(3), string.Join(' ', waits));
    }

    [Fact]
    public async Task Errors_by_class_a_refused_schema_is_not_tried_again()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        await system.SettledAsync("initial");
        var before = system.Log.StepsStarted.Count;
        await system.DropAsync("20201001", Encoding.UTF8.GetBytes("SK_ID_CURR,INCOME\n1,2\n"));
        var ledger = await system.SettledAsync("20201001");

        Assert.Equal(RunState.Rejected, ledger.Runs.Single(r => r.Period == "20201001").State);
        Assert.StartsWith("validate ", Assert.Single(system.Log.StepsStarted.Skip(before)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_by_class_a_hung_step_is_timed_out_and_told()
    {
        var fault = new StorageFault("/model.txt");
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\nstep_timeout: 15s", storage: fault.Options());
        fault.Hang();
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        var ledger = await system.UntilAsync(l => l.Runs.Count == 2 && l.Runs.All(r => r.State != RunState.Active), "the run ends although its step hangs");
        while (!await system.Account.Notifications.GetBlobClient($"credit/{ledger.Runs.Single(r => r.Period == "20201001").RunId}.json").ExistsAsync())
        {
            await Task.Delay(Patience.Pause);
        }

        // An orchestration is over once its last task is: the hung one ends with the process, or at the activity's own deadline.
        fault.Release();
        await system.SettledAsync();
        var run = ledger.Runs.Single(r => r.Period == "20201001");
        var notice = await system.NoticeAsync(run.RunId);
        Assert.Equal((RunState.Failed, "train", "credit/20201001.csv"), (notice.State, notice.Step, notice.File));
        Assert.Contains("did not end within 15 seconds", notice.Cause, StringComparison.Ordinal);
        Assert.NotNull(notice.Command);
    }
}
