using MlOps.Durable;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Ends a run in the ledger, starts the runs that its end calls for, and writes its document.</summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="documents">Run documents.</param>
/// <param name="starter">Starts runs.</param>
/// <param name="time">Clock for the ledger.</param>
[DurableTask(nameof(EndActivity))]
public sealed class EndActivity(LedgerStore ledgers, RunDocuments documents, RunStarter starter, TimeProvider time)
    : TaskActivity<EndInput, EndResult>
{
    /// <inheritdoc/>
    public override async Task<EndResult> RunAsync(TaskActivityContext context, EndInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var document = input.Document;
        var pipeline = PipelineName.Parse(document.Pipeline);
        await documents.WriteAsync(document, context.CancellationToken);
        var ledger = await ledgers.UpdateAsync(
            pipeline,
            l => LedgerEndings.End(
                l, document.RunId, document.State, document.Reason, input.Starved, input.Restate,
                hasDefinition: document.FailedStep != RunFailure.DefinitionStep, time.GetUtcNow()),
            context.CancellationToken);
        var started = await starter.StartDueAsync(ledger, context.CancellationToken);
        return new EndResult(started, Waiting.In(ledger, document.RunId));
    }
}
