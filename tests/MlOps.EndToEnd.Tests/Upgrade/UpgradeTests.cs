using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Testing;
using Core = DurableTask.Core;

namespace MlOps.EndToEnd.Tests.Upgrade;

/// <summary>What becomes of runs in flight when another version is deployed.</summary>
public sealed class UpgradeTests(AzuriteFixture azurite)
{
    private const string NewStep = "StepOfTheNextVersion";

    /// <summary>A folder to record the present version's histories into: <c>MLOPS_RECORD_HISTORIES=tests/Fixtures/histories</c>.</summary>
    private static readonly string? Record = Environment.GetEnvironmentVariable("MLOPS_RECORD_HISTORIES");

    public static TheoryData<string> Recorded => [.. Directory.GetFiles(Shared.Fixture("histories"), "*.json", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Shared.Fixture("histories"), f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Recorded_histories_of_every_release_are_replayed_from_every_turn_to_their_recorded_end(string file)
    {
        var history = RecordedHistory.Load(Shared.Fixture("histories", file));
        var (turn, end) = history.Replay(new ProcessDropOrchestrator());
        Assert.True(end.OrchestrationStatus == Core.OrchestrationStatus.Completed, $"{file}, turn {turn}: {end.Result}");
        Assert.Equal(history.Output, end.Result);
        Assert.Equal(history.Turns - 1, turn);
    }

    [Fact]
    public void Every_version_that_is_continued_has_left_histories() =>
        Assert.Equal(
            Enumerable.Range(OrchestrationVersions.Oldest, OrchestrationVersions.Current - OrchestrationVersions.Oldest + 1).Select(v => $"v{v}"),
            Directory.GetDirectories(Shared.Fixture("histories")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!);

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Upgrade_in_flight_a_run_begun_by_version_N_ends_on_Ns_path_after_N_plus_1_is_deployed(string file)
    {
        var history = RecordedHistory.Load(Shared.Fixture("histories", file));
        var (turn, end) = history.Replay(new Next());
        Assert.Equal((history.Turns - 1, Core.OrchestrationStatus.Completed, history.Output), (turn, end.OrchestrationStatus, end.Result));
    }

    [Theory]
    [MemberData(nameof(Recorded))]
    public void A_history_that_changed_code_cannot_continue_is_refused_with_a_clear_message(string file)
    {
        var (turn, end) = RecordedHistory.Load(Shared.Fixture("histories", file)).Replay(new Careless(), from: 1);
        Assert.Equal(1, turn);
        Assert.EndsWith("NonDeterministicOrchestrationException", end.FailureDetails!.ErrorType, StringComparison.Ordinal);
        Assert.Contains("AdmitActivity", end.FailureDetails.ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_a_newer_version_began_is_refused_and_begun_anew_by_the_sweep()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false);
        var etag = await system.DropAsync("initial");
        var runId = RunIds.ForArrival(ArrivalSystem.Pipeline, "initial", etag);
        var request = new RunRequest(ArrivalSystem.Pipeline, "initial", "credit/initial.csv", etag, Version: OrchestrationVersions.Current + 1);
        await system.Client.ScheduleNewOrchestrationInstanceAsync(ProcessDropOrchestrator.Name, request, new StartOrchestrationOptions(runId));
        var refused = await system.Client.WaitForInstanceCompletionAsync(runId, getInputsAndOutputs: true);
        Assert.Equal(OrchestrationRuntimeStatus.Failed, refused.RuntimeStatus);
        Assert.Contains($"{runId} was begun by version {OrchestrationVersions.Current + 1}", refused.SerializedOutput, StringComparison.Ordinal);
        Assert.Contains("finished steps are not repeated", refused.SerializedOutput, StringComparison.Ordinal);

        await system.Get<Sweep>().RunAsync();
        var ledger = await system.SettledAsync("initial");
        Assert.Equal((RunState.Succeeded, runId + "-2"), (ledger.Runs[^1].State, ledger.Runs[^1].RunId));
    }

    /// <summary>Records what the present version writes, and replays it. Keeps it where a folder is named.</summary>
    [Fact]
    public async Task Histories_that_this_version_writes_are_recorded_and_replay()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false, definition: SmallCase.Definition + "\ntune: {trials: 2, wave: 2}\n");
        await ReceiveAsync("20201001");
        await system.UntilAsync(l => l.Runs.Any(r => r.WaitsFor is not null), "the period waits for the history");
        await ReceiveAsync("initial");
        await ReceiveAsync("20201101");
        await system.SettledAsync("initial", "20201001", "20201101");
        await ReceiveAsync("20201201", "SK_ID_CURR,TARGET\n1\n"u8.ToArray());
        var ledger = await system.SettledAsync("20201201");

        Assert.Equal(4, ledger.Runs.Count(r => r.Kind == RunKind.Arrival));
        using var temporary = new TemporaryFolder();
        foreach (var run in ledger.Runs.Where(r => r.Kind == RunKind.Arrival))
        {
            var file = Path.Combine(Record is null ? temporary.Path : Path.Combine(Shared.Repository, Record), $"v{OrchestrationVersions.Current}", $"{run.Period}-{run.State.ToString().ToLowerInvariant()}.json");
            (await RecordedHistory.OfAsync(system.Client, run.RunId)).Save(file, CodeVersion.Current);
            var history = RecordedHistory.Load(file);
            var (_, end) = history.Replay(new ProcessDropOrchestrator());
            Assert.Equal((Core.OrchestrationStatus.Completed, history.Output), (end.OrchestrationStatus, end.Result));
        }

        async Task ReceiveAsync(string period, byte[]? bytes = null)
        {
            var etag = await system.DropAsync(period, bytes ?? SmallCase.File(period));
            await system.Receiver.ReceiveAsync(system.EventOf(period, etag));
        }
    }

    /// <summary>The next version as it should be made: another path, and the former one for runs that were begun on it.</summary>
    private sealed class Next : TaskOrchestrator<RunRequest, RunOutcome>
    {
        public override async Task<RunOutcome> RunAsync(TaskOrchestrationContext context, RunRequest input)
        {
            if ((input.Version ?? 1) > OrchestrationVersions.Current)
            {
                await context.CallActivityAsync<string>(NewStep, input);
            }

            return await new ProcessDropOrchestrator().RunAsync(context, input);
        }
    }

    /// <summary>The next version as it must not be made.</summary>
    private sealed class Careless : TaskOrchestrator<RunRequest, RunOutcome>
    {
        public override async Task<RunOutcome> RunAsync(TaskOrchestrationContext context, RunRequest input)
        {
            await context.CallActivityAsync<string>(NewStep, input);
            return await new ProcessDropOrchestrator().RunAsync(context, input);
        }
    }
}
