namespace MlOps.Durable.Tests.Replay;

/// <summary>The orchestrators that the golden files describe in words.</summary>
internal static class GoldenOrchestrators
{
    private static readonly TaskOptions ThreeAttempts = TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(5)));

    private static readonly TaskOptions ThreeAttemptsDoubling = TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(5), 2));

    private sealed record Batch(string[] items);

    public static DurableTaskRegistry ForPair(string name) =>
        new DurableTaskRegistry()
            .AddOrchestratorFunc<Batch, string[]>("ProcessBatch", (context, batch) =>
                Task.WhenAll(batch.items.Select(item => context.CallActivityAsync<string>("ScoreFile", item)).ToArray()))
            .AddOrchestratorFunc<System.Text.Json.JsonElement, string?>("RetryOne", (context, input) =>
                context.CallActivityAsync<string?>("FlakyActivity", input, ThreeAttemptsDoubling))
            .Verify(name);

    public static DurableTaskRegistry ForCase(string name) =>
        new DurableTaskRegistry().AddOrchestratorFunc<string?, string?>("O", (context, _) => Run(name, context));

    private static async Task<string?> Run(string name, TaskOrchestrationContext context)
    {
        switch (name)
        {
            case "new-guid":
                return $"{context.NewGuid()},{context.NewGuid()} now={context.CurrentUtcDateTime:o}";
            case "sub-orchestration-default-id":
                return await context.CallSubOrchestratorAsync<string>("Child", "in");
            case "sub-orchestration-explicit-id" or "sub-orchestration-failed-unhandled":
                return await context.CallSubOrchestratorAsync<string>("Child", new SubOrchestrationOptions(instanceId: "child-1"));
            case "sub-orchestration-retry-first-attempt" or "sub-orchestration-retry-second-attempt":
                return await context.CallSubOrchestratorAsync<string>("Child", ThreeAttempts);
            case "timer-longer-than-three-days" or "timer-longer-than-three-days-second-hop":
                await context.CreateTimer(TimeSpan.FromDays(7), CancellationToken.None);
                return "done";
            case "timer-in-the-past":
                await context.CreateTimer(context.CurrentUtcDateTime.AddHours(-1), CancellationToken.None);
                return "done";
            case "unhandled-exception":
                throw new InvalidOperationException("boom", new ArgumentException("inner"));
            case "activity-failed-without-details":
                try
                {
                    return await context.CallActivityAsync<string>("A");
                }
                catch (TaskFailedException e)
                {
                    return $"{e.Message}|{e.TaskId}|{e.FailureDetails.ErrorType}|{e.FailureDetails.ErrorMessage}";
                }

            case "activity-without-result":
                return await context.CallActivityAsync<string?>("A") is null ? "null" : "notnull";
            case "activity-non-retriable-failure":
                return await context.CallActivityAsync<string>("A", ThreeAttempts);
            case "retry-exhausted-extra-timer" or "retry-exhausted-after-extra-timer":
                return await context.CallActivityAsync<string>("A", TaskOptions.FromRetryPolicy(new RetryPolicy(1, TimeSpan.FromSeconds(5))));
            case "retry-second-back-off":
                return await context.CallActivityAsync<string>("A", ThreeAttemptsDoubling);
            case "retry-timeout-reached":
                return await context.CallActivityAsync<string>("A", TaskOptions.FromRetryPolicy(new RetryPolicy(3, TimeSpan.FromSeconds(5), retryTimeout: TimeSpan.FromSeconds(30))));
            case "retry-handler-reschedules-at-once":
                return await context.CallActivityAsync<string>("A", TaskOptions.FromRetryHandler(retry => retry.LastAttemptNumber < 3));
            case "non-determinism-other-name":
                return await context.CallActivityAsync<string>("B");
            case "non-determinism-nothing-scheduled":
                return "x";
            case "non-determinism-other-kind":
                await context.CreateTimer(TimeSpan.FromSeconds(1), CancellationToken.None);
                return null;
            case "return-with-open-task" or "return-with-open-task-later-closed":
                _ = context.CallActivityAsync<string>("A");
                return "done";
            case "exception-with-open-task":
                _ = context.CallActivityAsync<string>("A");
                throw new InvalidOperationException("boom");
            case "suspended-queues-events":
                context.SetCustomStatus("s1");
                var first = await context.CallActivityAsync<string>("A");
                await context.CallActivityAsync<string>("B");
                return first;
            case "suspended-then-resumed":
                await context.CallActivityAsync<string>("A");
                return await context.CallActivityAsync<string>("B");
            case "external-event-buffered":
                return await context.WaitForExternalEvent<string>("GO") + await context.WaitForExternalEvent<string>("go");
            case "external-event-before-start":
                return await context.WaitForExternalEvent<string>("GO");
            case "external-event-two-waiters":
                var one = context.WaitForExternalEvent<string>("Go");
                var two = context.WaitForExternalEvent<string>("Go");
                return $"{await one}/{await two}";
            case "external-event-with-timeout" or "external-event-before-timeout":
                return await context.WaitForExternalEvent<string>("Go", TimeSpan.FromHours(1));
            case "external-event-null-payload":
                return await context.WaitForExternalEvent<string?>("Go") is null ? "null" : "nn";
            case "continue-as-new-with-buffered-event" or "continue-as-new-with-late-event":
                await context.WaitForExternalEvent<int>("E2");
                context.ContinueAsNew("next");
                return null;
            case "continue-as-new-dropping-events":
                await context.WaitForExternalEvent<int>("E2");
                context.ContinueAsNew("next", preserveUnprocessedEvents: false);
                return null;
            case "continue-as-new-with-open-task":
                _ = context.CallActivityAsync<string>("A");
                context.ContinueAsNew("next");
                return null;
            case "continue-as-new-with-event-buffered-earlier":
                await context.CallActivityAsync<string>("A");
                context.ContinueAsNew("next");
                return null;
            case "continue-as-new-then-exception":
                context.ContinueAsNew("next");
                throw new Exception("x");
            case "send-event":
                context.SendEvent("other", "Ping", new { a = 1 });
                return "x";
            case "custom-status":
                context.SetCustomStatus(new { p = 1 });
                return await context.CallActivityAsync<string>("A");
            case "no-result":
                return null;
            case "cancelled-timer-does-not-block" or "uncancelled-timer-blocks":
                using (var cancellation = new CancellationTokenSource())
                {
                    var work = context.CallActivityAsync<string>("A");
                    var timer = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
                    await Task.WhenAny(work, timer);
                    if (name == "cancelled-timer-does-not-block")
                    {
                        cancellation.Cancel();
                    }

                    return await work;
                }

            case "timer-cancelled-in-same-turn":
                using (var cancellation = new CancellationTokenSource())
                {
                    _ = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
                    cancellation.Cancel();
                    return await context.CallActivityAsync<string>("A");
                }

            case "internal-split-timer-ignored":
                return string.Concat(await Task.WhenAll(context.CallActivityAsync<string>("A"), context.CallActivityAsync<string>("B")));
            default:
                return await context.CallActivityAsync<string>("A");
        }
    }

    private static DurableTaskRegistry Verify(this DurableTaskRegistry registry, string name)
    {
        Assert.Contains(name, registry.Orchestrators);
        return registry;
    }
}
