using System.Diagnostics;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.History;
using MlOps.Durable.Replay;

namespace MlOps.Durable.Tests.Replay;

/// <summary>What an orchestrator must not do is noticed, and a long history is no burden.</summary>
public sealed class DeterminismTests
{
    [Theory]
    [InlineData("delay")]
    [InlineData("run")]
    [InlineData("file")]
    [InlineData("never")]
    [InlineData("delay beside an activity that is done")]
    [InlineData("context from another thread")]
    [InlineData("configure await")]
    public void Awaiting_anything_but_durable_tasks_is_detected(string kind)
    {
        var completion = Turn(
            async (context, _) =>
            {
                switch (kind)
                {
                    case "delay":
                        await Task.Delay(20);
                        break;
                    case "run":
                        await Task.Run(() => Thread.Sleep(20));
                        break;
                    case "file":
                        await File.ReadAllTextAsync(typeof(DeterminismTests).Assembly.Location);
                        break;
                    case "never":
                        await new TaskCompletionSource().Task;
                        break;
                    case "context from another thread":
                        await Task.Run(() => context.CallActivityAsync<string>("A"));
                        break;
                    case "configure await":
                        await context.CallActivityAsync<string>("A").ConfigureAwait(false);
                        await context.CallActivityAsync<string>("B");
                        break;
                    default:
                        await context.CallActivityAsync<string>("A");
                        await Task.Delay(20);
                        break;
                }

                return "done";
            },
            new HistoryEvent { EventId = 0, TaskScheduled = new TaskScheduledEvent { Name = "A" } },
            new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { Result = "\"a\"" } });

        Assert.NotNull(completion);
        Assert.Equal(OrchestrationStatus.Failed, completion.OrchestrationStatus);
        if (completion.FailureDetails.ErrorType != Failures.NonDeterminism)
        {
            Assert.Equal("MlOps.Durable.ForeignAwaitException", completion.FailureDetails.ErrorType);
            Assert.Contains("orchestrator 'O'", completion.Result, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Yielding_and_waiting_for_finished_tasks_is_allowed()
    {
        var completion = Turn(async (_, input) =>
        {
            await Task.Yield();
            await Task.WhenAll(Task.CompletedTask, Task.FromResult(1));
            return "fine";
        });
        Assert.Equal("\"fine\"", completion!.Result);
    }

    [Fact]
    public void A_difference_between_history_and_code_says_what_both_did()
    {
        var completion = Turn(
            (context, _) => context.CallActivityAsync<string>("Renamed"),
            new HistoryEvent { EventId = 0, TaskScheduled = new TaskScheduledEvent { Name = "Original" } })!;

        Assert.Equal(Failures.NonDeterminism, completion.FailureDetails.ErrorType);
        Assert.Contains("the history says that action #0 was a call of activity 'Original', but this run did a call of activity 'Renamed' there", completion.Result, StringComparison.Ordinal);
    }

    [Fact]
    public void A_replay_safe_logger_is_silent_while_the_history_is_replayed()
    {
        var log = new Local.TestLog();
        var registry = new DurableTaskRegistry().AddOrchestratorFunc<string, string>("O", async (context, _) =>
        {
            var logger = context.CreateReplaySafeLogger("L");
            logger.LogInformation("before");
            await context.CallActivityAsync<string>("A");
            logger.LogInformation("after");
            return "";
        });
        var past = Start();
        past.Add(new HistoryEvent { EventId = 0, TaskScheduled = new TaskScheduledEvent { Name = "A" } });
        var request = new OrchestratorRequest { InstanceId = "i" };
        request.PastEvents.AddRange(past);
        request.NewEvents.Add(new HistoryEvent { EventId = -1, TaskCompleted = new TaskCompletedEvent { Result = "\"a\"" } });
        new OrchestrationExecutor(registry, NoServices.Instance, log).Execute(request);

        Assert.Equal(["after"], log.Lines.Select(line => line.Split(' ')[1]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_history_of_ten_thousand_events_is_replayed(bool parallel)
    {
        const int Activities = 5000;
        var registry = new DurableTaskRegistry().AddOrchestratorFunc<string, int>("O", async (context, _) =>
        {
            var sum = 0;
            if (parallel)
            {
                return (await Task.WhenAll(Enumerable.Range(0, Activities).Select(i => context.CallActivityAsync<int>("A", i)))).Sum();
            }

            for (var i = 0; i < Activities; i++)
            {
                sum += await context.CallActivityAsync<int>("A", i);
            }

            return sum;
        });
        var request = new OrchestratorRequest { InstanceId = "i" };
        request.PastEvents.AddRange(Start());
        if (parallel)
        {
            request.PastEvents.AddRange(Enumerable.Range(0, Activities).Select(Scheduled));
            request.PastEvents.AddRange(Enumerable.Range(0, Activities).Select(Completed));
        }
        else
        {
            request.PastEvents.AddRange(Enumerable.Range(0, Activities).SelectMany(i => new[] { Scheduled(i), Completed(i) }));
        }

        var executor = new OrchestrationExecutor(registry, NoServices.Instance, NullLoggerFactory.Instance);
        var watch = Stopwatch.StartNew();
        var response = executor.Execute(request);
        TestContext.Current.TestOutputHelper?.WriteLine($"{request.PastEvents.Count} events, {(parallel ? "side by side" : "one after the other")}: {watch.ElapsedMilliseconds} ms");

        Assert.Equal($"{Activities * (Activities - 1) / 2}", Assert.Single(response.Actions).CompleteOrchestration.Result);

        static HistoryEvent Scheduled(int i) => new() { EventId = i, TaskScheduled = new TaskScheduledEvent { Name = "A" } };
        static HistoryEvent Completed(int i) => new() { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = i, Result = $"{i}" } };
    }

    private static List<HistoryEvent> Start()
    {
        var time = Timestamp.FromDateTime(new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        return
        [
            new HistoryEvent { EventId = -1, Timestamp = time, OrchestratorStarted = new OrchestratorStartedEvent() },
            new HistoryEvent { EventId = -1, Timestamp = time, ExecutionStarted = new ExecutionStartedEvent { Name = "O", OrchestrationInstance = new OrchestrationInstance { InstanceId = "i", ExecutionId = "e" } } },
        ];
    }

    private static CompleteOrchestrationAction? Turn(Func<TaskOrchestrationContext, string?, Task<string>> orchestrator, params HistoryEvent[] more)
    {
        var registry = new DurableTaskRegistry().AddOrchestratorFunc<string?, string>("O", orchestrator);
        var request = new OrchestratorRequest { InstanceId = "i" };
        request.NewEvents.AddRange(Start());
        request.NewEvents.AddRange(more);
        return new OrchestrationExecutor(registry, NoServices.Instance, NullLoggerFactory.Instance).Execute(request)
            .Actions.Select(action => action.CompleteOrchestration).FirstOrDefault(action => action is not null);
    }
}
