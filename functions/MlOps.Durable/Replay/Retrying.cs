namespace MlOps.Durable.Replay;

/// <summary>Retries by policy or handler, as durable-protocol section 5 has them: the host sees only timers and repeated calls.</summary>
internal static class Retrying
{
    /// <summary>Runs a task until it succeeds or the options give up.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="retry">The options; <see langword="null"/>: one attempt.</param>
    /// <param name="attempt">Schedules the task.</param>
    public static async Task<string?> RunAsync(ReplayContext context, TaskRetryOptions? retry, Func<Task<string?>> attempt)
    {
        if (retry is null)
        {
            return await attempt();
        }

        var start = context.CurrentUtcDateTime;
        for (var number = 1; ; number++)
        {
            TaskFailedException failure;
            try
            {
                return await attempt();
            }
            catch (TaskFailedException e)
            {
                failure = e;
            }

            var again = retry.Policy is { } policy
                ? await WaitAsync(context, policy, failure.FailureDetails, number, start)
                : await retry.Handler!(new RetryContext(context, number, failure.FailureDetails, context.CurrentUtcDateTime - start, CancellationToken.None));
            if (!again)
            {
                throw failure;
            }
        }
    }

    private static async Task<bool> WaitAsync(ReplayContext context, RetryPolicy policy, TaskFailureDetails failure, int number, DateTime start)
    {
        var now = context.CurrentUtcDateTime;
        if (failure.IsNonRetriable
            || policy.HandleFailure?.Invoke(failure) == false
            || (policy.RetryTimeout != Timeout.InfiniteTimeSpan && now >= start + policy.RetryTimeout))
        {
            return false;
        }

        if (number >= policy.MaxNumberOfAttempts)
        {
            // The SDK makes one more timer here, which fires at once; histories stay exchangeable with its if we do so too.
            await context.Hop(now, CancellationToken.None);
            return false;
        }

        await context.CreateTimer(now + policy.DelayAfter(number), CancellationToken.None);
        return true;
    }
}
