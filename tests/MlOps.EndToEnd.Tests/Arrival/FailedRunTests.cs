using System.Text;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Every failure ends in a notice with run, step, cause, file and command; nothing is lost and other files go on.</summary>
public sealed class FailedRunTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_history_that_arrives_alone_is_validated_and_nothing_is_predicted()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        var ledger = await system.SettledAsync("initial");

        Assert.Equal(RunState.Succeeded, ledger.Runs[0].State);
        Assert.Equal(800, ledger.InForce("initial")!.Rows);
        Assert.Empty(await ArrivalSystem.NamesAsync(system.Account.Output));
        Assert.Equal(800, (await system.DocumentAsync(ledger.Runs[0].RunId))!.Rows);
    }

    [Fact]
    public async Task Without_a_definition_a_run_says_so_and_is_started_by_the_sweep_once_there_is_one()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: null);
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        var ledger = await system.SettledAsync("initial", "20201001");
        Assert.All(ledger.Runs, r => Assert.Equal(RunState.Failed, r.State));
        var notice = await system.NoticeAsync(ledger.Runs[0].RunId);
        Assert.Contains("definitions/credit.yaml", notice.Cause, StringComparison.Ordinal);
        Assert.Empty((await system.Get<Sweep>().RunAsync()).Restarted);

        await system.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
        await system.Get<Sweep>().RunAsync();
        await system.UntilAsync(l => l.Published("20201001") is not null, "the period is published");
    }

    [Fact]
    public async Task A_definition_with_a_mistake_fails_the_run_and_names_line_and_mistake()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: "label: TARGET\nlabell: X\n");
        await system.DropAsync("initial");
        var ledger = await system.SettledAsync("initial");

        var notice = await system.NoticeAsync(ledger.Runs[0].RunId);
        Assert.Equal(RunState.Failed, notice.State);
        Assert.Equal("definition", notice.Step);
        Assert.Contains("definitions/credit.yaml(2,", notice.Cause, StringComparison.Ordinal);
        Assert.Equal($"mlops rerun {ledger.Runs[0].RunId}", notice.Command);
    }

    [Fact]
    public async Task A_period_that_waits_too_long_for_the_history_fails_and_goes_on_when_it_comes()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\nwait_for_initial: 1s\n");
        await system.DropAsync("20201001");
        var ledger = await system.SettledAsync("20201001");
        var notice = await system.NoticeAsync(ledger.Runs[0].RunId);
        Assert.Equal(RunState.Failed, notice.State);
        Assert.Contains("initial.csv was not accepted within 1 second", notice.Cause, StringComparison.Ordinal);

        await system.DropAsync("initial");
        ledger = await system.UntilAsync(l => l.Published("20201001") is not null, "the period is published");
        Assert.Equal(ledger.Runs[0].RunId, ledger.FindRun(ledger.Published("20201001")!.RunId)!.Parent);
    }

    [Fact]
    public async Task A_step_that_fails_for_good_is_told_with_run_step_cause_file_and_command_and_other_files_go_on()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always");
        await system.DropAsync("20201001");
        var ledger = await system.UntilAsync(l => l.Runs is [{ WaitsFor: not null }], "the period waits");
        await system.Account.Artifacts.GetBlobClient($"credit/drops/{ledger.Drops[0].Sha256}.csv").DeleteAsync();
        await system.DropAsync("20201101");
        await system.DropAsync("initial");
        ledger = await system.SettledAsync("initial", "20201001", "20201101");

        var run = ledger.Runs.Single(r => r.Period == "20201001");
        var notice = await system.NoticeAsync(run.RunId);
        Assert.Equal(RunState.Failed, notice.State);
        Assert.Equal((run.RunId, "validate", "credit/20201001.csv"), (notice.RunId, notice.Step, notice.File));
        Assert.Contains("credit/drops/", notice.Cause, StringComparison.Ordinal);
        Assert.DoesNotContain(" at ", notice.Cause, StringComparison.Ordinal);
        Assert.NotEmpty(await system.PredictionsAsync("20201101"));

        // The file is put aside, whole and with the reason, and comes back by the command that the notice names.
        var deadLetter = $"credit/dead-letter/20201001.{run.ETag}.csv";
        Assert.Equal(deadLetter, notice.RejectedFile);
        Assert.Equal($"mlops replay {deadLetter}", notice.Command);
        Assert.Equal(SmallCase.File("20201001"), await ArrivalSystem.ReadAsync(system.Account.Rejected, deadLetter));
        Assert.Contains(run.RunId, Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(system.Account.Rejected, deadLetter[..^4] + ".reason.json")), StringComparison.Ordinal);
        Assert.DoesNotContain("credit/20201001.csv", await ArrivalSystem.NamesAsync(system.Account.Input));

        var replayed = await system.Get<Steering>().ReplayAsync("rejected/" + deadLetter);
        ledger = await system.SettledAsync("20201001");
        Assert.Equal(RunState.Succeeded, ledger.FindRun(replayed)!.State);
        Assert.Equal(run.RunId, ledger.FindRun(replayed)!.Parent);
        Assert.Empty(await ArrivalSystem.NamesAsync(system.Account.Rejected));
        Assert.Equal(["initial", "20201001"], (await system.ManifestAsync("20201101")).History.Select(h => h.Period));
    }

    [Fact]
    public async Task Runs_that_the_platform_lost_are_found_and_end_in_one_publication()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("20201001");
        var ledger = await system.UntilAsync(l => l.Runs is [{ WaitsFor: not null }], "the period waits");
        await system.Client.TerminateInstanceAsync(ledger.Runs[0].RunId, "as a platform that gives up");
        await system.Client.WaitForInstanceCompletionAsync(ledger.Runs[0].RunId);

        var first = await system.Get<Sweep>().RunAsync();
        var second = await system.Get<Sweep>().RunAsync();
        await system.DropAsync("initial");
        ledger = await system.UntilAsync(l => l.Published("20201001") is not null && l.Runs.All(r => r.State != RunState.Active), "published");

        Assert.Equal([ledger.Runs[0].RunId + "-2"], first.Restarted);
        Assert.Empty(second.Restarted);
        Assert.Single(ledger.Publications);
    }
}
