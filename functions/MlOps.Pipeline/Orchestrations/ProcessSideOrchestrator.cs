using Microsoft.DurableTask;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// What happens to one version of a file of a side table: it is admitted, looked at and judged. It makes no predictions itself; the periods that it
/// belongs to wait for the verdict, and those that are published already are restated.
/// </summary>
[DurableTask(Name)]
public sealed class ProcessSideOrchestrator : TaskOrchestrator<SideRunRequest, RunState>
{
    /// <summary>Name of the orchestrator.</summary>
    public const string Name = "ProcessSide";

    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(7);

    /// <inheritdoc/>
    public override async Task<RunState> RunAsync(TaskOrchestrationContext context, SideRunRequest input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var admitted = await AdmitAsync(context, input);
        if (admitted.State != RunState.Active)
        {
            return admitted.State;
        }

        SideResult? result = null;
        Sentence? failure = admitted.DefinitionHash is null ? Sentence.Of("side-no-definition", ("pipeline", input.Pipeline), ("file", input.BlobName)) : null;
        if (failure is null)
        {
            try
            {
                result = await context.CallActivityAsync<SideResult>(
                    StepActivities.Side, new SideInput(context.InstanceId, input.Pipeline, admitted.DefinitionHash!, admitted.File!), Retries.Steps);
            }
            catch (TaskFailedException e)
            {
                var cause = RunFailure.SaidOf(e.FailureDetails);
                failure = Sentence.Of("side-failed", ("file", input.BlobName), ("cause", (object?)cause ?? RunFailure.CauseOf(e.FailureDetails)));
            }
        }

        var judged = await context.CallActivityAsync<SideJudgement>(
            nameof(JudgeSideActivity), new JudgeSideInput(context.InstanceId, input, result, failure, admitted.Restate), Retries.Bookkeeping);
        foreach (var runId in judged.Wake)
        {
            context.SendEvent(runId, RunInstance.WakeEvent, input.Period);
        }

        if (judged.Notice is { } notice)
        {
            await TellAsync(context, notice);
        }

        return judged.State;
    }

    // Without a definition nobody can say what the file is.
    private static async Task<SideAdmitted> AdmitAsync(TaskOrchestrationContext context, SideRunRequest input)
    {
        var (began, delay) = (context.CurrentUtcDateTime, FirstDelay);
        while (true)
        {
            var admitted = await context.CallActivityAsync<SideAdmitted>(nameof(AdmitSideActivity), new AdmitSideInput(context.InstanceId, input), Retries.Bookkeeping);
            if (admitted.State != RunState.Active || admitted.DefinitionHash is not null || context.CurrentUtcDateTime - began >= LongestWait)
            {
                return admitted;
            }

            await context.CreateTimer(delay, CancellationToken.None);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    private static async Task TellAsync(TaskOrchestrationContext context, Notice notice)
    {
        try
        {
            await context.CallActivityAsync<string>(nameof(NotifyActivity), notice, Retries.Delivery);
        }
        catch (TaskFailedException e)
        {
            context.CreateReplaySafeLogger<ProcessSideOrchestrator>().LogUndelivered(context.InstanceId, e.FailureDetails.ErrorMessage);
        }
    }
}
