using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.Functions;
using MlOps.Durable.Tests.Replay;
using MlOps.HostDouble;

namespace MlOps.Durable.Tests.Functions;

/// <summary>An orchestration under the host, with any single fault in any single invocation.</summary>
public sealed class HostFaultTests
{
    private const string Job = "Job";
    private const string Start = "OnStart";

    public static TheoryData<Fault> Faults() => [.. Enum.GetValues<Fault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_in_any_invocation_is_survived_by_the_watchdog_where_need_be(Fault fault)
    {
        // As many invocations as an undisturbed run has, and a few more for what faults add.
        var undisturbed = await RunAsync(Fault.None, 0);
        Assert.Equal("done", undisturbed.Result);
        Assert.True(undisturbed.Invocations > 6);
        for (var number = 1; number <= undisturbed.Invocations; number++)
        {
            var run = await RunAsync(fault, number);

            Assert.True(run.Result == "done", $"{fault} in invocation {number}:\n{string.Join('\n', run.Journal)}");
            Assert.Empty(run.Divergences);
        }
    }

    private static async Task<(string? Result, int Invocations, IReadOnlyList<string> Journal, IReadOnlyList<string> Divergences)> RunAsync(Fault fault, int number)
    {
        var done = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        var options = new FunctionsHandlerOptions();
        using var http = new HttpClient();
        var client = new FunctionsDurableTaskClient(http, options);
        var retry = TaskOptions.FromRetryPolicy(new RetryPolicy(4, TimeSpan.FromSeconds(5), 2));
        var registry = new DurableTaskRegistry()
            .AddActivityFunc<string, string>("Step", (_, input) =>
            {
                done[input] = true;
                return Task.FromResult(input);
            })
            .AddActivityFunc<string, bool>("Finish", (_, _) => Task.FromResult(done.TryAdd("finished", true) || done["finished"]))
            .AddOrchestratorFunc<string, string>(Job, async (context, _) =>
            {
                await context.CallActivityAsync<string>("Step", "a", retry);
                await Task.WhenAll(context.CallActivityAsync<string>("Step", "b", retry), context.CallActivityAsync<string>("Step", "c", retry));
                await context.CreateTimer(TimeSpan.FromMinutes(1), CancellationToken.None);
                await context.CallActivityAsync<bool>("Finish", null, retry);
                return "done";
            });
        using var handler = new FunctionsHandler(registry, NoServices.Instance, client, options, NullLoggerFactory.Instance)
            .AddFunction(FunctionDefinition.EventGrid(Start), async (invocation, cancellation) =>
            {
                var id = (string)System.Text.Json.Nodes.JsonNode.Parse(Assert.Single(invocation.EventGridEvents()))!["id"]!;
                await client.TryScheduleAsync(Job, "input", new StartOrchestrationOptions(id), cancellation);
            });
        await using var host = new FunctionsHostDouble(
            new InProcessHandler(handler),
            handler.Functions.Select(function => function.Name),
            new HostDoubleOptions { Faults = planned => planned.Number == number ? fault : Fault.None, SlowStart = TimeSpan.FromMilliseconds(20), FaultDelay = TimeSpan.FromMilliseconds(5) });
        await host.StartAsync();

        Assert.True(await host.RaiseEventGridAsync(Start, """{"id":"drop-1","data":{}}"""));
        await host.WaitUntilIdleAsync(TimeSpan.FromSeconds(30));
        var invocations = host.Invocations;
        var watchdog = new Watchdog(client, NullLogger<Watchdog>.Instance);
        while ((await watchdog.RunAsync()).Count > 0)
        {
            await host.WaitUntilIdleAsync(TimeSpan.FromSeconds(30));
        }

        var results = host.Instances.Where(instance => instance.Status == "Completed").Select(instance => System.Text.Json.JsonSerializer.Deserialize<string>(instance.Output!)).ToList();
        Assert.True(done.ContainsKey("a") && done.ContainsKey("b") && done.ContainsKey("c"));
        return (results.Count == 1 ? results[0] : $"{results.Count} results", invocations, host.Journal, host.Divergences);
    }
}
