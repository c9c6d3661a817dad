using System.Text;
using System.Text.Json.Nodes;
using MlOps.Durable.Functions;

namespace MlOps.Durable.Tests.Functions;

/// <summary>What the handler itself limits: places, time, and the life of what runs when the process is to stop.</summary>
public sealed class ActivityLimitTests
{
    private const string Body = """{"Data":{"inputTrigger":"\"\\\"x\\\"\""},"Metadata":{}}""";

    [Fact]
    public async Task No_more_activities_run_at_once_than_the_handler_has_places_whatever_the_host_sends()
    {
        var (running, most, enough) = (0, 0, new TaskCompletionSource());
        var registry = new DurableTaskRegistry().AddActivityFunc<string, string>("Step", async (_, input) =>
        {
            InterlockedMax(ref most, Interlocked.Increment(ref running));
            if (Volatile.Read(ref running) == 3)
            {
                enough.TrySetResult();
            }

            await enough.Task;
            Interlocked.Decrement(ref running);
            return input;
        });
        using var handler = EnvelopeTests.Handler(registry, new FunctionsHandlerOptions { MaxConcurrentActivities = 3 });

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => InvokeAsync(handler)));

        Assert.All(answers, answer => Assert.Equal("\"x\"", (string?)JsonNode.Parse((string)JsonNode.Parse(answer)!["ReturnValue"]!)!["result"]));
        Assert.Equal(3, most);
    }

    [Fact]
    public async Task When_the_process_stops_running_and_waiting_activities_answer_with_a_failure_that_may_be_retried()
    {
        var started = new TaskCompletionSource();
        var registry = new DurableTaskRegistry().AddActivityFunc<string, string>("Step", async (context, input) =>
        {
            started.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return input;
        });
        using var handler = EnvelopeTests.Handler(registry, new FunctionsHandlerOptions { MaxConcurrentActivities = 1 });
        var (runs, waits) = (InvokeAsync(handler), InvokeAsync(handler));
        await started.Task;
        handler.Stop();

        foreach (var answer in await Task.WhenAll(runs, waits))
        {
            var error = JsonNode.Parse((string)JsonNode.Parse(answer)!["ReturnValue"]!)!["error"]!;
            Assert.Contains("the process stops", (string)error["message"]!, StringComparison.Ordinal);
            Assert.True((bool)error["retriable"]!);
        }
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    private static async Task<string> InvokeAsync(FunctionsHandler handler)
    {
        using var body = new MemoryStream(Encoding.UTF8.GetBytes(Body));
        var answer = (await handler.InvokeAsync("Step", body))!;
        Assert.Equal(200, answer.StatusCode);
        return Encoding.UTF8.GetString(answer.Body.Span);
    }
}
