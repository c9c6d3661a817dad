using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.Functions;
using MlOps.Durable.Tests.Replay;
using MlOps.HostDouble;

namespace MlOps.Durable.Tests.Functions;

/// <summary>The durable client over the management HTTP API.</summary>
public sealed class ManagementClientTests : IAsyncLifetime
{
    private readonly HttpClient http = new();
    private readonly MemoryPayloads payloads = new();
    private FunctionsDurableTaskClient client = null!;
    private FunctionsHostDouble host = null!;

    public async ValueTask InitializeAsync()
    {
        var options = new FunctionsHandlerOptions { Payloads = payloads, PayloadThreshold = 1000 };
        client = new FunctionsDurableTaskClient(http, options);
        var registry = new DurableTaskRegistry()
            .AddOrchestratorFunc<string, string>("Wait", (context, input) => context.WaitForExternalEvent<string>("go"))
            .AddOrchestratorFunc<string, string>("Fail", (_, input) => throw new InvalidOperationException(input))
            .AddActivityFunc<string, string>("Double", (_, input) => Task.FromResult(input + input))
            .AddOrchestratorFunc<string, string>("Large", async (context, input) => await context.CallActivityAsync<string>("Double", input));
        var handler = new FunctionsHandler(registry, NoServices.Instance, client, options, NullLoggerFactory.Instance)
            .AddFunction(FunctionDefinition.Timer("Bind", "0 0 * * * *"), (_, _) => Task.CompletedTask);
        host = new FunctionsHostDouble(new InProcessHandler(handler), handler.Functions.Select(function => function.Name));
        await host.StartAsync();
        Assert.True(await host.FireTimerAsync("Bind"));
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        http.Dispose();
    }

    [Fact]
    public async Task A_start_reads_first_and_never_replaces_what_is_there()
    {
        var options = new StartOrchestrationOptions("i");
        Assert.True(await client.TryScheduleAsync("Wait", "x", options));
        Assert.False(await client.TryScheduleAsync("Wait", "y", options));
        await client.RaiseEventAsync("i", "go", "on");
        var end = await client.WaitForInstanceCompletionAsync("i", true);
        Assert.Equal(("on", "x"), (end.ReadOutputAs<string>(), end.ReadInputAs<string>()));

        // The host itself would replace it silently now that it is over.
        Assert.False(await client.TryScheduleAsync("Wait", "z", options));
        Assert.True(await client.TryScheduleAsync("Wait", "z", options.WithDedupeStatuses(OrchestrationRuntimeStatus.Running)));
    }

    [Fact]
    public async Task Instances_are_listed_over_all_pages_and_purged_when_they_are_over()
    {
        for (var i = 0; i < 8; i++)
        {
            await client.ScheduleNewOrchestrationInstanceAsync(i < 4 ? "Wait" : "Fail", "why", new StartOrchestrationOptions($"n{i}"));
        }

        await host.WaitUntilIdleAsync(TimeSpan.FromSeconds(20));
        var failed = new List<OrchestrationMetadata>();
        await foreach (var one in client.GetAllInstancesAsync(new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Failed] }))
        {
            failed.Add(one);
        }

        Assert.Equal(["n4", "n5", "n6", "n7"], failed.Select(one => one.InstanceId));
        Assert.All(failed, one => Assert.Equal(("System.InvalidOperationException", "why"), (one.FailureDetails!.ErrorType, one.FailureDetails.ErrorMessage)));
        Assert.All(failed, one => Assert.False(PlatformFailure.Is(one)));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.PurgeInstanceAsync("n0"));
        Assert.Equal(1, (await client.PurgeInstanceAsync("n4")).PurgedInstanceCount);
        Assert.Equal(0, (await client.PurgeInstanceAsync("n4")).PurgedInstanceCount);
        Assert.Equal(3, (await client.PurgeAllInstancesAsync(new PurgeInstancesFilter())).PurgedInstanceCount);
        Assert.Null(await client.GetInstanceAsync("n4"));
    }

    [Fact]
    public async Task Instances_are_suspended_resumed_and_terminated()
    {
        await client.ScheduleNewOrchestrationInstanceAsync("Wait", "x", new StartOrchestrationOptions("s"));
        await client.SuspendInstanceAsync("s", "pause");
        await client.RaiseEventAsync("s", "go", "on");
        await host.WaitUntilIdleAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(OrchestrationRuntimeStatus.Suspended, (await client.GetInstanceAsync("s"))!.RuntimeStatus);
        await client.ResumeInstanceAsync("s", "go on");
        Assert.Equal("on", (await client.WaitForInstanceCompletionAsync("s", true)).ReadOutputAs<string>());

        await client.ScheduleNewOrchestrationInstanceAsync("Wait", "x", new StartOrchestrationOptions("t"));
        await client.TerminateInstanceAsync("t", "enough");
        Assert.Equal(OrchestrationRuntimeStatus.Terminated, (await client.WaitForInstanceCompletionAsync("t")).RuntimeStatus);
        await client.RaiseEventAsync("t", "go");
        await Assert.ThrowsAsync<OrchestrationNotFoundException>(() => client.RaiseEventAsync("nobody", "go"));
    }

    [Fact]
    public async Task Large_payloads_go_by_reference_and_arrive_whole()
    {
        var large = new string('ü', 5000);
        await client.ScheduleNewOrchestrationInstanceAsync("Large", large, new StartOrchestrationOptions("l"));
        var end = await client.WaitForInstanceCompletionAsync("l", true);

        Assert.Equal(large + large, end.ReadOutputAs<string>());
        Assert.Equal(large, end.ReadInputAs<string>());
        Assert.True(payloads.Count >= 3);
        Assert.All(host.AllTurns, turn => Assert.True(turn.Request.Length < 4000, $"{turn.Request.Length} bytes"));
    }

    [Theory]
    [InlineData("drop", "drop~2")]
    [InlineData("drop~2", "drop~3")]
    [InlineData("drop~5", null)]
    [InlineData("a~b", "a~b~2")]
    public void Successors_have_derived_ids_and_are_few(string id, string? next) => Assert.Equal(next, Watchdog.NextId(id));

    private sealed class MemoryPayloads : IPayloadStore
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, byte[]> contents = new(StringComparer.Ordinal);

        public int Count => contents.Count;

        public Task WriteAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation)
        {
            contents[key] = content.ToArray();
            return Task.CompletedTask;
        }

        public Task<byte[]> ReadAsync(string key, CancellationToken cancellation) => Task.FromResult(contents[key]);
    }
}
