using System.Collections.Concurrent;
using MlOps.Durable.Local;

namespace MlOps.Durable.Tests.Local;

public sealed class RecoveryTests : IAsyncDisposable
{
    private readonly LocalHost host = new();
    private readonly ConcurrentQueue<string> finished = new();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task After_a_crash_another_worker_goes_on_and_repeats_no_finished_activity()
    {
        var gate = new TaskCompletionSource();
        var reached = new TaskCompletionSource();
        DurableTaskRegistry Registry(bool first) => new DurableTaskRegistry()
            .AddActivityFunc<int, int>("Step", async (_, n) =>
            {
                if (first && n == 3)
                {
                    reached.TrySetResult();
                    await gate.Task;
                }

                finished.Enqueue($"{n}");
                return n;
            })
            .AddOrchestratorFunc<string, int>("O", async (context, _) =>
            {
                var sum = 0;
                for (var n = 0; n < 6; n++)
                {
                    sum += await context.CallActivityAsync<int>("Step", n);
                }

                return sum;
            });
        var dying = await host.StartAsync(Registry(first: true));
        await dying.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("i"));
        await reached.Task;
        await dying.AbandonAsync();

        var heir = await host.StartAsync(Registry(first: false));
        var end = await heir.Client.WaitForInstanceCompletionAsync("i", true, Soon());
        gate.SetResult();

        Assert.Equal(15, end.ReadOutputAs<int>());
        Assert.Equal(["0", "1", "2", "3", "4", "5"], finished.Take(6));
    }

    [Fact]
    public async Task A_worker_that_has_lost_an_instance_writes_nothing_more_to_it()
    {
        var gate = new TaskCompletionSource();
        var calls = 0;
        DurableTaskRegistry Registry() => new DurableTaskRegistry()
            .AddActivityFunc<int, string>("Slow", async (_, _) =>
            {
                if (Interlocked.Increment(ref calls) == 1)
                {
                    await gate.Task;
                    return "late";
                }

                return "in time";
            })
            .AddOrchestratorFunc<string, string>("O", (context, _) => context.CallActivityAsync<string>("Slow", 1));
        // This one never renews its lease, as if it had been suspended, but goes on running.
        var frozen = await host.StartAsync(Registry(), LocalHost.Quick with { LeaseDuration = TimeSpan.FromHours(1) });
        await frozen.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("i"));
        while (Volatile.Read(ref calls) == 0)
        {
            await Task.Delay(5);
        }

        await host.Store.ReleaseAsync(frozen.WorkerId, CancellationToken.None);
        var heir = await host.StartAsync(Registry());
        var end = await heir.Client.WaitForInstanceCompletionAsync("i", true, Soon());
        var length = (await host.Store.ReadAsync("i", CancellationToken.None))!.Bytes.Length;
        gate.SetResult();
        while (frozen.OwnedInstances > 0)
        {
            await Task.Delay(5);
        }

        Assert.Equal("in time", end.ReadOutputAs<string>());
        Assert.Equal(length, (await host.Store.ReadAsync("i", CancellationToken.None))!.Bytes.Length);
    }

    [Fact]
    public async Task After_an_outage_no_activity_starts_before_its_instance_has_proved_to_be_ours_still()
    {
        var (blocked, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        DurableTaskRegistry Registry() => new DurableTaskRegistry()
            .AddActivityFunc<string, string>("Step", async (context, _) =>
            {
                if (context.InstanceId == "first")
                {
                    blocked.TrySetResult();
                    await go.Task;
                }

                finished.Enqueue(context.InstanceId);
                return "done";
            })
            .AddOrchestratorFunc<string, string>("O", (context, _) => context.CallActivityAsync<string>("Step", ""));
        var worker = await host.StartAsync(Registry(), LocalHost.Quick with { MaxConcurrentActivities = 1, LeaseDuration = TimeSpan.FromMinutes(1), ScanInterval = TimeSpan.FromHours(1) });
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("first"));
        await blocked.Task;
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("second"));
        while (worker.Activities.Waiting == 0)
        {
            await Task.Delay(5);
        }

        // The storage goes away and comes back without the worker's lease; another worker takes over what waits and does it.
        await host.Store.ReleaseAsync(worker.WorkerId, CancellationToken.None);
        var heir = await host.StartAsync(new DurableTaskRegistry()
            .AddActivityFunc<string, string>("Step", (context, _) =>
            {
                finished.Enqueue(context.InstanceId);
                return Task.FromResult("done");
            })
            .AddOrchestratorFunc<string, string>("O", (context, _) => context.CallActivityAsync<string>("Step", "")));
        await heir.Client.WaitForInstanceCompletionAsync("second", true, Soon());
        host.Store.Outages++;
        go.SetResult();
        while (worker.OwnedInstances > 0)
        {
            await Task.Delay(5);
        }

        await worker.StopAsync();
        Assert.Single(finished, id => id == "second");
    }

    [Fact]
    public async Task An_activity_whose_instance_is_lost_just_as_it_starts_again_gives_its_place_back()
    {
        var reached = new TaskCompletionSource();
        DurableTaskRegistry Registry() => new DurableTaskRegistry()
            .AddActivityFunc<string, string>("Step", async (context, _) =>
            {
                if (context.InstanceId == "lost")
                {
                    reached.TrySetResult();
                    await Task.Delay(Timeout.Infinite);
                }

                return "done";
            })
            .AddOrchestratorFunc<string, string>("O", (context, _) => context.CallActivityAsync<string>("Step", ""));
        var dying = await host.StartAsync(Registry());
        await dying.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("lost"));
        await reached.Task;
        await dying.AbandonAsync();

        // It takes the instance up, but somebody else writes to the journal before it can write that the activity starts again.
        var heir = await host.StartAsync(Registry(), LocalHost.Quick with { MaxConcurrentActivities = 1, ScanInterval = TimeSpan.FromHours(1) });
        var journal = (await host.Store.ReadAsync("lost", CancellationToken.None))!;
        await heir.Adopt(InstanceState.Of("lost", journal.Bytes), journal.End with { ETag = "earlier" }, recovered: true).Finished;

        await heir.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("next"));
        Assert.Equal("done", (await heir.Client.WaitForInstanceCompletionAsync("next", true, Soon())).ReadOutputAs<string>());
        Assert.DoesNotContain(host.Log.Lines, line => line.Contains("could not be run", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Timers_events_and_sub_orchestrations_survive_a_crash()
    {
        DurableTaskRegistry Registry() => new DurableTaskRegistry()
            .AddOrchestratorFunc<string, string>("Child", async (context, _) =>
            {
                await context.CreateTimer(TimeSpan.FromMilliseconds(400), CancellationToken.None);
                return "child";
            })
            .AddOrchestratorFunc<string, string>("O", async (context, _) =>
            {
                var timer = context.CreateTimer(TimeSpan.FromMilliseconds(300), CancellationToken.None);
                var child = context.CallSubOrchestratorAsync<string>("Child");
                var payload = await context.WaitForExternalEvent<string>("e");
                await timer;
                return payload + await child;
            });
        var dying = await host.StartAsync(Registry());
        await dying.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("i"));
        await dying.Client.RaiseEventAsync("i", "e", "event+");
        await dying.AbandonAsync();

        var heir = await host.StartAsync(Registry());
        Assert.Equal("event+child", (await heir.Client.WaitForInstanceCompletionAsync("i", true, Soon())).ReadOutputAs<string>());
    }

    [Fact]
    public async Task An_activity_that_kills_its_process_every_time_ends_in_a_failed_run()
    {
        var starts = 0;
        DurableTaskRegistry Registry(TaskCompletionSource started) => new DurableTaskRegistry()
            .AddActivityFunc<int, int>("Poison", async (_, _) =>
            {
                Interlocked.Increment(ref starts);
                started.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan);
                return 0;
            })
            .AddOrchestratorFunc<string, int>("O", (context, _) =>
                context.CallActivityAsync<int>("Poison", 0, TaskOptions.FromRetryPolicy(new RetryPolicy(10, TimeSpan.FromMilliseconds(1)))));
        var options = LocalHost.Quick with { MaxActivityStarts = 3, LeaseDuration = TimeSpan.FromMilliseconds(100) };
        var first = new TaskCompletionSource();
        var worker = await host.StartAsync(Registry(first), options);
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("i"));
        await first.Task;
        OrchestrationMetadata? end = null;
        for (var crash = 0; crash < 10 && end is null; crash++)
        {
            await worker.AbandonAsync();
            var started = new TaskCompletionSource();
            worker = await host.StartAsync(Registry(started), options);
            var over = worker.Client.WaitForInstanceCompletionAsync("i", true, Soon());
            if (await Task.WhenAny(over, started.Task) == over)
            {
                end = await over;
            }
        }

        Assert.Equal(OrchestrationRuntimeStatus.Failed, end!.RuntimeStatus);
        Assert.Equal("MlOps.Durable.PoisonActivityException", end.FailureDetails!.InnerFailure!.ErrorType);
        Assert.Equal(4, starts);
    }

    [Fact]
    public async Task A_stop_lets_running_activities_end_and_writes_their_results()
    {
        var started = new TaskCompletionSource();
        DurableTaskRegistry Registry() => new DurableTaskRegistry()
            .AddActivityFunc<int, string>("Work", async (_, _) =>
            {
                started.TrySetResult();
                await Task.Delay(200);
                finished.Enqueue("done");
                return "done";
            })
            .AddOrchestratorFunc<string, string>("O", (context, _) => context.CallActivityAsync<string>("Work", 0));
        var worker = await host.StartAsync(Registry());
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("i"));
        await started.Task;
        await worker.StopAsync();

        var next = await host.StartAsync(Registry());
        Assert.Equal("done", (await next.Client.WaitForInstanceCompletionAsync("i", true, Soon())).ReadOutputAs<string>());
        Assert.Single(finished);
    }

    [Fact]
    public async Task A_long_journal_is_drawn_together_and_nothing_is_lost_or_repeated_also_across_crashes()
    {
        DurableTaskRegistry Registry() => new DurableTaskRegistry()
            .AddActivityFunc<int, int>("Step", (_, n) =>
            {
                finished.Enqueue($"{n}");
                return Task.FromResult(n);
            })
            .AddOrchestratorFunc<int, int>("O", async (context, round) =>
            {
                for (var n = 0; n < 5; n++)
                {
                    await context.WaitForExternalEvent<int>("go");
                    await context.CallActivityAsync<int>("Step", (round * 5) + n);
                }

                if (round < 3)
                {
                    context.ContinueAsNew(round + 1);
                }

                return round;
            });
        var options = LocalHost.Quick with { MaxJournalRecords = 3, LeaseDuration = TimeSpan.FromMilliseconds(200) };
        var worker = await host.StartAsync(Registry(), options);
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", 0, new StartOrchestrationOptions("i"));
        for (var n = 0; n < 20; n++)
        {
            if (n % 6 == 5)
            {
                await worker.AbandonAsync();
                worker = await host.StartAsync(Registry(), options);
            }

            await host.ClientElsewhere().RaiseEventAsync("i", "go", n);
            while (finished.Count <= n)
            {
                await Task.Delay(5);
            }
        }

        Assert.Equal(3, (await worker.Client.WaitForInstanceCompletionAsync("i", true, Soon())).ReadOutputAs<int>());
        Assert.Equal(Enumerable.Range(0, 20).Select(n => $"{n}"), finished.Distinct());
        Assert.InRange(JournalCodec.Decode("i", (await host.Store.ReadAsync("i", default))!.Bytes).Count, 1, 8);
    }

    [Fact]
    public async Task A_damaged_journal_harms_only_its_own_instance()
    {
        var registry = new DurableTaskRegistry().AddOrchestratorFunc<string, string>("O", (_, input) => Task.FromResult(input));
        await host.Store.CreateAsync(new JournalLabel("broken", "O", "", null, DateTimeOffset.UtcNow), new byte[] { 1, 2, 3 }, CancellationToken.None);
        var worker = await host.StartAsync(registry);
        await worker.Client.ScheduleNewOrchestrationInstanceAsync("O", "fine", new StartOrchestrationOptions("whole"));

        Assert.Equal("fine", (await worker.Client.WaitForInstanceCompletionAsync("whole", true, Soon())).ReadOutputAs<string>());
        var error = await Assert.ThrowsAsync<InvalidDataException>(() => worker.Client.GetInstanceAsync("broken"));
        Assert.Contains("'broken' is damaged at byte 0", error.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;
}
