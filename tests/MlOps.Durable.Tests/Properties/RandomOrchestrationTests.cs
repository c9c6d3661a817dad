using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.Functions;
using MlOps.Durable.History;
using MlOps.Durable.Local;
using MlOps.Durable.Replay;
using MlOps.Durable.Tests.Functions;
using MlOps.Durable.Tests.Local;
using MlOps.HostDouble;
using NoServices = MlOps.Durable.Tests.Replay.NoServices;

namespace MlOps.Durable.Tests.Properties;

/// <summary>Random orchestrations: sequences, fan-out, timers, retries, events, sub-orchestrations, in any nesting.</summary>
public sealed class RandomOrchestrationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Executing_from_every_prefix_of_the_history_gives_the_same_actions() =>
        Check(60, seed =>
        {
            var turns = RunOnHostAsync(seed).GetAwaiter().GetResult().Turns;
            var executor = new OrchestrationExecutor(PlanRunner.Registry(), NoServices.Instance, NullLoggerFactory.Instance);
            foreach (var (request, response) in turns)
            {
                var recorded = OrchestratorResponse.Parser.ParseFrom(response);
                var events = OrchestratorRequest.Parser.ParseFrom(request);
                HistoryEvent[] all = [.. events.PastEvents, .. events.NewEvents];
                for (var cut = 0; cut <= all.Length; cut++)
                {
                    var again = new OrchestratorRequest { InstanceId = events.InstanceId };
                    again.PastEvents.AddRange(all[..cut]);
                    again.NewEvents.AddRange(all[cut..]);
                    Assert.Equal(recorded, executor.Execute(again));
                }
            }
        });

    [Fact]
    public void A_session_fed_bit_by_bit_acts_as_one_that_replays_everything() =>
        Check(60, seed =>
        {
            var turns = RunOnHostAsync(seed).GetAwaiter().GetResult().Turns;
            var executor = new OrchestrationExecutor(PlanRunner.Registry(), NoServices.Instance, NullLoggerFactory.Instance);
            foreach (var instance in turns.Select(turn => (Request: OrchestratorRequest.Parser.ParseFrom(turn.Request), turn.Response)).GroupBy(turn => turn.Request.InstanceId, StringComparer.Ordinal))
            {
                var session = executor.Open(instance.Key);
                var seen = 0;
                foreach (var (request, response) in instance)
                {
                    session.Process(request.PastEvents.Skip(seen), replaying: true);
                    session.Process(request.NewEvents, replaying: false);
                    seen = request.PastEvents.Count + request.NewEvents.Count;
                    Assert.Equal(OrchestratorResponse.Parser.ParseFrom(response), session.Respond());
                }
            }
        });

    [Fact]
    public void The_local_driver_and_the_host_come_to_the_same_outcome() =>
        Check(25, seed =>
        {
            var host = RunOnHostAsync(seed).GetAwaiter().GetResult().Outcome;
            Assert.Equal(host, RunLocallyAsync(seed).GetAwaiter().GetResult());
        });

    private static void Check(int count, Action<int> property) =>
        Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
        {
            property(seed);
            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(count));

    private static Plan PlanOf(int seed)
    {
        var random = new Random(seed);
        return Plan.Random(random, random.Next(1, 14));
    }

    private static async Task<(string Outcome, IReadOnlyList<(byte[] Request, byte[] Response)> Turns)> RunOnHostAsync(int seed)
    {
        using var handler = EnvelopeTests.Handler(PlanRunner.Registry());
        await using var host = new FunctionsHostDouble(new InProcessHandler(handler), handler.Functions.Select(function => function.Name));
        await host.StartAsync();
        host.Start(PlanRunner.Orchestrator, "i", JsonDataConverter.Default.Serialize(PlanOf(seed)));
        await host.WaitUntilIdleAsync(Patience);
        var (status, output) = host.Look("i")!.Value;
        return ($"{status} {output}", host.AllTurns);
    }

    private static async Task<string> RunLocallyAsync(int seed)
    {
        await using var host = new LocalHost();
        var worker = await host.StartAsync(PlanRunner.Registry());
        await worker.Client.ScheduleNewOrchestrationInstanceAsync(PlanRunner.Orchestrator, PlanOf(seed), new StartOrchestrationOptions("i"));
        using var patience = new CancellationTokenSource(Patience);
        var end = await worker.Client.WaitForInstanceCompletionAsync("i", true, patience.Token);
        return $"{end.RuntimeStatus} {end.SerializedOutput}";
    }
}
