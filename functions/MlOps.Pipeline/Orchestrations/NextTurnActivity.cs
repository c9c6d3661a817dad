using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Asks the ledger what a run does next, and notes in it whether the run waits.</summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="files">Input container.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(NextTurnActivity))]
public sealed class NextTurnActivity(LedgerStore ledgers, InputFiles files, ActivityStop stopping) : TaskActivity<NextTurnInput, NextTurnResult>
{
    /// <inheritdoc/>
    public override async Task<NextTurnResult> RunAsync(TaskActivityContext context, NextTurnInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        NextTurn next = null!;
        var ledger = await ledgers.UpdateAsync(
            pipeline,
            async ledger =>
            {
                var etags = input.Patient ? await files.ETagsByPeriodAsync(pipeline, input.Sources, stopping.Token) : null;
                next = LedgerTurns.Next(ledger, input.RunId, input.PreparedHash, etags, input.InOrder, input.Required);
                var waitsFor = next.Turn == Turn.Wait ? next.Reason : null;
                var run = ledger.FindRun(input.RunId)!;
                var prepared = waitsFor is null ? null : input.PreparedHash;
                return run.WaitsFor == waitsFor && run.Prepared == prepared ? ledger : ledger.With(run with { WaitsFor = waitsFor, Prepared = prepared });
            },
            stopping.Token);

        var run = ledger.FindRun(input.RunId)!;
        var drop = ledger.DropOf(run);
        return new NextTurnResult(
            next,
            drop is null ? null : LedgerHistory.Pin(ledger, drop),
            ledger.InForce(PeriodOrder.Initial) is { } initial ? LedgerHistory.Pin(ledger, initial) : null,
            [.. LedgerHistory.Of(ledger, run.Period).Select(d => LedgerHistory.Pin(ledger, d))]);
    }
}
