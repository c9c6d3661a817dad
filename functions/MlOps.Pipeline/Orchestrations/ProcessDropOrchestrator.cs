using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Steps;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// A run: what happens to one version of one file from its arrival to its published predictions. It asks the ledger again and
/// again what to do next, does it, and ends with exactly one notice, whatever happens on the way.
/// </summary>
[DurableTask(Name)]
public sealed class ProcessDropOrchestrator : TaskOrchestrator<RunRequest, RunOutcome>
{
    /// <summary>Name of the orchestrator.</summary>
    public const string Name = RunInstance.Orchestrator;

    // A file that lies there unread has lost its event; after this long the run goes on without it, and is restated when it is found.
    private static readonly TimeSpan UnreadPatience = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public override async Task<RunOutcome> RunAsync(TaskOrchestrationContext context, RunRequest input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        OrchestrationVersions.Require(context.InstanceId, input.Version);
        var run = new RunInProgress(context, input);
        try
        {
            await WorkAsync(context, run);
        }
        catch (TaskFailedException e)
        {
            run.Fail(e);
        }

        await EndAsync(context, run);
        return new RunOutcome(context.InstanceId, run.Document.State, run.Document.Reason);
    }

    private static async Task WorkAsync(TaskOrchestrationContext context, RunInProgress run)
    {
        run.Stage("admit");
        var admitted = await context.CallActivityAsync<AdmitResult>(
            nameof(AdmitActivity), new AdmitInput(context.InstanceId, run.Request), Retries.Bookkeeping);
        run.Admitted(admitted);
        run.Wake(admitted.Wake);
        if (admitted.State != RunState.Active)
        {
            run.End(admitted.State, admitted.Reason, admitted.Said);
            return;
        }

        run.Pinned(await context.CallActivityAsync<DefinitionFacts>(
            nameof(PinDefinitionActivity), run.Request.Pipeline, Retries.Bookkeeping));
        if (run.Definition!.Hash is null)
        {
            run.FailWithoutDefinition();
            return;
        }

        while (run.Document.State == RunState.Active)
        {
            await TakeTurnAsync(context, run);
        }
    }

    private static async Task TakeTurnAsync(TaskOrchestrationContext context, RunInProgress run)
    {
        var turn = await context.CallActivityAsync<NextTurnResult>(
            nameof(NextTurnActivity),
            new NextTurnInput(context.InstanceId, run.Request.Pipeline, run.Trained?.HistoryHash, run.IsPatient(UnreadPatience), run.Definition!.InOrder, run.Definition.Sources, run.Definition.Required),
            Retries.Bookkeeping);
        switch (turn.Next.Turn)
        {
            case Turn.Wait:
                await WaitAsync(context, run, turn.Next.Reason);
                break;
            case Turn.Validate:
                await ValidateAsync(context, run, turn);
                break;
            case Turn.Predict:
                run.Trained = await PredictionSteps.TrainAsync(context, run, turn);
                break;
            case Turn.Publish:
                await PublishAsync(context, run);
                break;
            case Turn.End:
                run.End(turn.Next.State, turn.Next.Reason, turn.Next.Said);
                break;
            default:
                throw new InvalidOperationException($"Unknown turn {turn.Next.Turn}.");
        }
    }

    // An event wakes the run as soon as the ledger has changed; the time-out is for events that are lost.
    private static async Task WaitAsync(TaskOrchestrationContext context, RunInProgress run, string reason)
    {
        if (run.HasStarved(reason))
        {
            return;
        }

        run.Stage("wait for " + reason);
        try
        {
            await context.WaitForExternalEvent<string>(RunInstance.WakeEvent, run.NextDelay());
            run.WasWoken();
        }
        catch (OperationCanceledException)
        {
            // Nobody woke the run: it looks again by itself.
        }
    }

    private static async Task ValidateAsync(TaskOrchestrationContext context, RunInProgress run, NextTurnResult turn)
    {
        run.Stage("validate");
        var isInitial = run.Request.Period == PeriodOrder.Initial;
        var initial = isInitial ? null : turn.Initial;
        var drop = turn.Drop!;
        var result = await run.StepAsync<ValidateResult>(StepActivities.Validate, new ValidateInput(
            context.InstanceId,
            run.Definition!.Hash!,
            new DropReference(run.Request.Pipeline, drop.Period, drop.BlobName, drop.ETag),
            drop.Sha256,
            initial));
        run.Validated(result);
        var judged = await context.CallActivityAsync<JudgeResult>(
            nameof(JudgeActivity),
            new JudgeInput(context.InstanceId, run.Request.Pipeline, initial?.Sha256 ?? "", result),
            Retries.Bookkeeping);
        run.Judged(judged);
        run.Wake(judged.Wake);
    }

    private static async Task PublishAsync(TaskOrchestrationContext context, RunInProgress run)
    {
        var prepared = await PredictionSteps.PredictAsync(context, run, run.Trained!);
        run.Stage("publish");
        var published = await context.CallActivityAsync<PublishResult>(
            nameof(PublishActivity),
            new PublishInput(context.InstanceId, run.Request.Pipeline, run.Definition!, prepared, run.IsPatient(UnreadPatience), run.Document.TraceParent),
            Retries.Bookkeeping);
        run.Published(published);
        run.Wake(published.Wake);
    }

    private static async Task EndAsync(TaskOrchestrationContext context, RunInProgress run)
    {
        run.Stage("end");
        var ended = await context.CallActivityAsync<EndResult>(
            nameof(EndActivity),
            new EndInput(run.Close(), run.Starved, run.Definition?.Restate ?? true),
            Retries.Bookkeeping);
        run.Ended(ended);
        run.Wake(ended.Wake);
        try
        {
            await context.CallActivityAsync<string>(nameof(NotifyActivity), run.Notice(), Retries.Delivery);
        }
        catch (TaskFailedException e)
        {
            context.CreateReplaySafeLogger<ProcessDropOrchestrator>().LogUndelivered(context.InstanceId, e.FailureDetails.ErrorMessage);
        }

        run.Stage(run.Document.State.ToString());
    }
}
