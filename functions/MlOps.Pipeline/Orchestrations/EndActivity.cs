using Microsoft.Extensions.Logging;
using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Registry;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Ends a run in the ledger, starts the runs that its end calls for, and writes its document.</summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="documents">Run documents.</param>
/// <param name="deadLetters">Takes files whose run failed for good.</param>
/// <param name="starter">Starts runs.</param>
/// <param name="aliases">Decisions about champions.</param>
/// <param name="account">Keeps what the run cost.</param>
/// <param name="time">Clock for the ledger.</param>
/// <param name="logger">Gets the line of the run's end.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(EndActivity))]
public sealed class EndActivity(
    LedgerStore ledgers, RunDocuments documents, DeadLetters deadLetters, RunStarter starter, AliasStore aliases, StorageAccount account, TimeProvider time, ILogger<EndActivity> logger, ActivityStop stopping)
    : TaskActivity<EndInput, EndResult>
{
    /// <inheritdoc/>
    public override async Task<EndResult> RunAsync(TaskActivityContext context, EndInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var document = input.Document;
        var pipeline = PipelineName.Parse(document.Pipeline);
        var deadLetter = await PutAsideAsync(pipeline, input, stopping.Token);
        document = document with { RejectedFile = deadLetter ?? document.RejectedFile };
        await documents.WriteAsync(document, stopping.Token);
        await RunCost.Of(document).WriteAsync(account, pipeline, stopping.Token);
        var ledger = await ledgers.UpdateAsync(
            pipeline,
            l => LedgerEndings.End(
                l, document.RunId, document.State, document.Reason, input.Starved, input.Restate,
                hasDefinition: document.FailedStep != RunFailure.DefinitionStep, time.GetUtcNow(), document.Said),
            stopping.Token);
        var started = await starter.StartDueAsync(ledger, stopping.Token);
        RunTelemetry.Tell(document);
        RunLog.WriteEnded(logger, document, RunLog.Refusals(await aliases.ReadAsync(pipeline, stopping.Token), document));
        return new EndResult(started, Waiting.In(ledger, document.RunId), deadLetter);
    }

    // A file that was published before, or that only starved, is no dead letter.
    private async Task<string?> PutAsideAsync(PipelineName pipeline, EndInput input, CancellationToken cancellation)
    {
        var document = input.Document;
        if (document.State != RunState.Failed || input.Starved || document.Revision == 0 || !Steering.StepNames.Contains(document.FailedStep))
        {
            return null;
        }

        var ledger = await ledgers.ReadAsync(pipeline, cancellation);
        return ledger.FindDrop(document.Period, document.Revision) is { } drop && ledger.Published(document.Period)?.DropRevision != drop.Revision
            ? await deadLetters.PutAsync(
                pipeline, drop, new DeadLetterReason(drop.BlobName, drop.ETags[0], document.RunId, document.FailedStep, document.Cause), cancellation)
            : null;
    }
}
