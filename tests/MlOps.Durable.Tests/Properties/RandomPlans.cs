using System.Collections.Concurrent;

namespace MlOps.Durable.Tests.Properties;

/// <summary>A random orchestration: what it does is its input.</summary>
/// <param name="Kind">sequence, parallel, activity, retry, refused, timer, cancelled, event, sub, guid, status.</param>
/// <param name="Number">Makes it different from its siblings; for timers, milliseconds; for retries, failures.</param>
/// <param name="Parts">What it is made of.</param>
public sealed record Plan(string Kind, int Number, Plan[] Parts)
{
    /// <summary>A plan of about so many parts.</summary>
    public static Plan Random(Random random, int size)
    {
        if (size <= 1)
        {
            var kinds = (string[])["activity", "activity", "activity", "retry", "refused", "timer", "cancelled", "event", "guid", "status"];
            return new Plan(kinds[random.Next(kinds.Length)], random.Next(3), []);
        }

        var parts = new Plan[random.Next(1, 4)];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = Random(random, (size - 1) / parts.Length);
        }

        return new Plan(random.Next(5) switch { 0 or 1 => "sequence", 2 or 3 => "parallel", _ => "sub" }, random.Next(1000), parts);
    }
}

/// <summary>Runs plans. The result is a text in which every part has left its mark, in order.</summary>
internal static class PlanRunner
{
    public const string Orchestrator = "RunPlan";

    /// <summary>A registry with a memory of its own for activities that fail at first.</summary>
    public static DurableTaskRegistry Registry()
    {
        var failures = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        return new DurableTaskRegistry()
            .AddActivityFunc<string, string>("Mark", (_, input) => Task.FromResult($"<{input}>"))
            .AddActivityFunc<string[], string>("FailAtFirst", (context, input) =>
                failures.AddOrUpdate(context.InstanceId + input[0], 1, (_, n) => n + 1) <= int.Parse(input[1])
                    ? throw new InvalidOperationException("not yet")
                    : Task.FromResult($"<late {input[0]}>"))
            .AddActivityFunc<string, string>("Refuse", (_, input) => throw new NonRetriableActivityException("refused " + input))
            .AddOrchestratorFunc<Plan, string>(Orchestrator, (context, plan) => new Run(context).DoAsync(plan, "r"));
    }

    private sealed class Run(TaskOrchestrationContext context)
    {
        private int counter;

        public async Task<string> DoAsync(Plan plan, string path)
        {
            switch (plan.Kind)
            {
                case "sequence":
                    var text = "";
                    for (var i = 0; i < plan.Parts.Length; i++)
                    {
                        text += await DoAsync(plan.Parts[i], $"{path}.{i}");
                    }

                    return $"({text})";
                case "parallel":
                    return $"[{string.Join(',', await Task.WhenAll(plan.Parts.Select((part, i) => DoAsync(part, $"{path}.{i}"))))}]";
                case "sub":
                    var child = new Plan("sequence", 0, plan.Parts);
                    return await context.CallSubOrchestratorAsync<string>(Orchestrator, child, new SubOrchestrationOptions(instanceId: $"{context.InstanceId}-{path}"));
                case "activity":
                    return await context.CallActivityAsync<string>("Mark", $"{path}:{plan.Number}");
                case "retry":
                    return await context.CallActivityAsync<string>("FailAtFirst", new[] { path, $"{plan.Number}" }, TaskOptions.FromRetryPolicy(new RetryPolicy(4, TimeSpan.FromMilliseconds(5), 2)));
                case "refused":
                    try
                    {
                        return await context.CallActivityAsync<string>("Refuse", path, TaskOptions.FromRetryPolicy(new RetryPolicy(4, TimeSpan.FromMilliseconds(5))));
                    }
                    catch (TaskFailedException e)
                    {
                        return $"!{e.FailureDetails.ErrorMessage}!";
                    }

                case "timer":
                    await context.CreateTimer(TimeSpan.FromMilliseconds(plan.Number * 5), CancellationToken.None);
                    return "t";
                case "cancelled":
                    using (var cancellation = new CancellationTokenSource())
                    {
                        var timer = context.CreateTimer(TimeSpan.FromDays(1), cancellation.Token);
                        var work = context.CallActivityAsync<string>("Mark", path);
                        await Task.WhenAny(timer, work);
                        cancellation.Cancel();
                        return await work;
                    }

                case "event":
                    var name = $"{path}e";
                    context.SendEvent(context.InstanceId, name, $"{counter++ >= 0}");
                    return await context.WaitForExternalEvent<string>(name, TimeSpan.FromDays(1));
                case "guid":
                    return context.NewGuid() == Guid.Empty ? "no" : "g";
                default:
                    context.SetCustomStatus(new { at = path });
                    return "s";
            }
        }
    }
}
