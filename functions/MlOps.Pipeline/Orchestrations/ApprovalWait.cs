using Microsoft.DurableTask;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>A run that waits for a person: until the answer comes as an event, or the definition's time is over.</summary>
internal static class ApprovalWait
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    /// <summary>Asks, waits, and decides with the answer.</summary>
    public static async Task<PromoteResult> RunAsync(TaskOrchestrationContext context, RunInProgress run, PromoteInput input, PromoteResult pending)
    {
        run.Stage($"wait for approval of {input.Challenger}");
        var asked = Utc(context.CurrentUtcDateTime);
        var expires = asked + (pending.ApprovalTimeout ?? TimeSpan.Zero);
        var delay = FirstDelay;
        while (true)
        {
            var now = Utc(context.CurrentUtcDateTime);
            var state = await context.CallActivityAsync<string>(
                nameof(ApprovalActivity),
                new ApprovalQuestion(
                    context.InstanceId, input.Pipeline, input.Period, run.Document.File, run.Document.Revision, input.Challenger, pending.Champion!,
                    pending.Verdict.Reason, asked, expires, now >= expires, pending.Verdict.Told as Sentence),
                Retries.Bookkeeping);
            if (state != ApprovalState.Pending)
            {
                run.Stage("promote");
                return await run.StepAsync<PromoteResult>(StepActivities.Promote, input);
            }

            // The event is there at once; looking again unasked is for events that are lost.
            var left = expires - now;
            try
            {
                await context.WaitForExternalEvent<string>(RunInstance.ApprovalEvent, left < delay ? (left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1)) : delay);
            }
            catch (OperationCanceledException)
            {
                delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
            }
        }
    }

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
