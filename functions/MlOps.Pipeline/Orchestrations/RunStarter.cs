using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using MlOps.Pipeline.Drops;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Starts the orchestrations of runs. Starting one that exists, in whatever state, does nothing.</summary>
/// <param name="client">Durable client.</param>
public sealed class RunStarter(DurableTaskClient client)
{
    private static readonly OrchestrationRuntimeStatus[] Every = [.. StartOrchestrationOptionsExtensions.ValidDedupeStatuses];

    /// <summary>Starts one run.</summary>
    /// <param name="runId">Id of the run and of its instance.</param>
    /// <param name="request">Input of the run.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>Whether it was started by this call.</returns>
    public async Task<bool> StartAsync(string runId, RunRequest request, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return await TryStartAsync(RunInstance.Orchestrator, runId, request with { Version = OrchestrationVersions.Current }, cancellation);
    }

    /// <summary>Starts every active run of a ledger that no event starts (repetitions), where it has no instance yet.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>Ids of the runs that were started by this call.</returns>
    public async Task<IReadOnlyList<string>> StartDueAsync(Ledger ledger, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var started = new List<string>();
        foreach (var run in ledger.Runs.Where(r => r.State == RunState.Active && r.Kind != RunKind.Arrival))
        {
            if (ledger.DropOf(run) is { } drop
                && await StartAsync(run.RunId, new RunRequest(ledger.Pipeline, run.Period, drop.BlobName, run.ETag, run.Kind, run.Parent), cancellation))
            {
                started.Add(run.RunId);
            }
        }

        return started;
    }

    /// <summary>
    /// Reads, then starts. Of several callers at the same time some may hear that the id is taken although nobody is told of the start:
    /// whether a run is there is the ledger's to say, never this answer's.
    /// </summary>
    internal async Task<bool> TryStartAsync(string orchestrator, string instanceId, object input, CancellationToken cancellation)
    {
        if (await client.GetInstanceAsync(instanceId, cancellation) is not null)
        {
            return false;
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId).WithDedupeStatuses(Every), cancellation);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Every host says in its own way that somebody else was faster; any other failure leaves no instance behind.
            if (await client.GetInstanceAsync(instanceId, cancellation) is not null)
            {
                return false;
            }

            throw;
        }
    }
}
