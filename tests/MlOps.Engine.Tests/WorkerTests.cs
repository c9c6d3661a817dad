using System.Collections.Concurrent;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using MlOps.Testing;

namespace MlOps.Engine.Tests;

/// <summary>What a worker does beside the engine: slots, concurrency, poison, draining.</summary>
public sealed class WorkerTests(AzuriteFixture azurite)
{
    [Fact]
    public void A_slot_has_the_same_id_after_a_restart_and_no_two_living_processes_share_one()
    {
        using var folder = new TemporaryFolder();
        string first;
        using (var one = WorkerSlot.Take(folder.Path))
        {
            first = one.Id;
            using var two = WorkerSlot.Take(folder.Path);
            Assert.NotEqual(first, two.Id);
        }

        using var again = WorkerSlot.Take(folder.Path);
        Assert.Equal(first, again.Id);
    }

    [Fact]
    public void A_slot_whose_file_was_cut_short_by_a_kill_gets_a_new_id()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["slot-0"], "3a71ef");
        using var slot = WorkerSlot.Take(folder.Path);
        Assert.Equal(32, slot.Id.Length);
    }

    [Fact]
    public void An_activity_that_has_ended_gives_its_result_again_and_one_that_kills_its_process_is_given_up()
    {
        using var folder = new TemporaryFolder();
        for (var life = 0; life < 3; life++)
        {
            // Each life begins it and is killed: the note is never disposed.
            Assert.False(new ActivityNotes(folder.Path, maxStarts: 3).Enter("Step", "i\nx", 7, "{}").HasResult);
        }

        var poison = Assert.Throws<PoisonActivityException>(() => new ActivityNotes(folder.Path, maxStarts: 3).Enter("Step", "i\nx", 7, "{}"));
        Assert.Equal("Activity 'Step' (#7) was running 3 times when its process died, and is not tried again.", poison.Message);

        foreach (var result in new[] { null, "", "\"text\"", "{\"é\":1}" })
        {
            using (var note = new ActivityNotes(folder.Path, 3).Enter("Step", "i\nx", 8, "{}"))
            {
                note.Keep(result);
            }

            using var again = new ActivityNotes(folder.Path, 3).Enter("Step", "i\nx", 8, "{}");
            Assert.Equal((true, result), (again.HasResult, again.Result));
        }
    }

    /// <summary>
    /// Messages of an episode go out before its history is written. Where that fails, the episode is taken again, perhaps with more to answer, and may give the
    /// same id to another task: a run once had what explains its model for its predictions.
    /// </summary>
    [Fact]
    public void What_an_activity_answered_is_no_answer_to_another_question_of_the_same_id()
    {
        using var folder = new TemporaryFolder();
        var notes = new ActivityNotes(folder.Path, maxStarts: 3);
        using (var note = notes.Enter("Explain", "i\nx", 7, "{}"))
        {
            note.Keep("1");
        }

        using var other = notes.Enter("Predict", "i\nx", 7, "{}");
        using var changed = notes.Enter("Explain", "i\nx", 7, "{\"trial\":2}");
        using var same = notes.Enter("Explain", "i\nx", 7, "{}");
        Assert.Equal((false, false, "1"), (other.HasResult, changed.HasResult, same.Result));
    }

    [Fact]
    public void A_failure_is_no_start_that_killed_the_process()
    {
        using var folder = new TemporaryFolder();
        for (var attempt = 0; attempt < 10; attempt++)
        {
            using var note = new ActivityNotes(folder.Path, maxStarts: 2).Enter("Step", "i\nx", 1, "{}");
            Assert.False(note.HasResult);
        }
    }

    [Fact]
    public async Task No_more_activities_run_at_once_than_the_settings_say_and_each_in_a_scope_of_its_own()
    {
        using var folder = new TemporaryFolder();
        int running = 0, most = 0;
        var scopes = new ConcurrentBag<Scoped>();
        await using var hub = await Hub.StartAsync(
            azurite,
            tasks => tasks
                .AddActivity<Counting>()
                .AddOrchestratorFunc<string, int>("O", async (context, _) => (await Task.WhenAll(Enumerable.Range(0, 12).Select(i => context.CallActivityAsync<int>(nameof(Counting), i)))).Sum()),
            Hub.Settings(azurite, folder.Path) with { MaxConcurrentActivities = 3 },
            services => services.AddScoped<Scoped>().AddSingleton<Func<Scoped, Task>>(async scope =>
            {
                scopes.Add(scope);
                InterlockedMax(ref most, Interlocked.Increment(ref running));
                await Task.Delay(50);
                Interlocked.Decrement(ref running);
            }));

        Assert.Equal(66, await hub.RunAsync<int>("O"));
        Assert.InRange(most, 2, 3);
        Assert.Equal(12, scopes.Distinct().Count());
        Assert.All(scopes, scope => Assert.True(scope.IsDisposed));
    }

    [Fact]
    public async Task A_worker_that_stops_lets_activities_end_asks_those_that_take_long_to_end_and_loses_nothing()
    {
        using var folder = new TemporaryFolder();
        var options = Hub.Settings(azurite, folder.Path) with { DrainTimeout = TimeSpan.FromSeconds(1) };
        var begun = new ConcurrentQueue<string>();
        var ended = new ConcurrentQueue<string>();
        void Tasks(DurableTaskRegistry tasks) => tasks
            .AddActivity<Slow>()
            .AddOrchestratorFunc<string, string>("O", async (context, _) =>
                string.Concat(await Task.WhenAll(context.CallActivityAsync<string>(nameof(Slow), "short"), context.CallActivityAsync<string>(nameof(Slow), "long"))));
        var first = true;
        void Services(IServiceCollection services) => services.AddSingleton<Func<string, CancellationToken, Task>>(async (name, stop) =>
        {
            begun.Enqueue(name);
            await Task.Delay(name == "short" ? 300 : first ? 60_000 : 10, stop);
            ended.Enqueue(name);
        });

        await using (var hub = await Hub.StartAsync(azurite, Tasks, options, Services))
        {
            await hub.Client.ScheduleNewOrchestrationInstanceAsync("O", null, new StartOrchestrationOptions("i"));
            while (begun.Count < 2)
            {
                await Task.Delay(10);
            }
        }

        Assert.Equal(["short"], ended);
        first = false;
        await using var next = await Hub.StartAsync(azurite, Tasks, options, Services);
        using var patience = new CancellationTokenSource(Patience.Limit);
        var end = await next.Client.WaitForInstanceCompletionAsync("i", true, patience.Token);
        Assert.Equal("shortlong", end.ReadOutputAs<string>());
        Assert.Equal(["short", "long"], ended);
    }

    [Fact]
    public async Task Two_workers_share_the_activities_of_a_hub_and_run_none_twice()
    {
        using var folder = new TemporaryFolder();
        var options = Hub.Settings(azurite, folder.Path) with { MaxConcurrentActivities = 2 };
        var runs = new ConcurrentQueue<(string Worker, int Number)>();
        Action<DurableTaskRegistry> Of(string worker) => tasks => tasks
            .AddActivityFunc<int, int>("Step", async (_, number) =>
            {
                runs.Enqueue((worker, number));
                await Task.Delay(100);
                return number;
            })
            .AddOrchestratorFunc<string, int>("O", async (context, _) => (await Task.WhenAll(Enumerable.Range(0, 30).Select(i => context.CallActivityAsync<int>("Step", i)))).Sum());
        await using var one = await Hub.StartAsync(azurite, Of("one"), options);
        await using var two = await Hub.StartAsync(azurite, Of("two"), options);

        Assert.Equal(435, await two.RunAsync<int>("O"));
        Assert.Equal(Enumerable.Range(0, 30), runs.Select(run => run.Number).Order());
        Assert.Equal(2, runs.Select(run => run.Worker).Distinct().Count());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    private sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Counting(Scoped scope, Func<Scoped, Task> work) : TaskActivity<int, int>
    {
        public override async Task<int> RunAsync(TaskActivityContext context, int input)
        {
            await work(scope);
            return input;
        }
    }

    private sealed class Slow(ActivityDrain drain, Func<string, CancellationToken, Task> work) : TaskActivity<string, string>
    {
        public override async Task<string> RunAsync(TaskActivityContext context, string input)
        {
            await work(input, drain.Token);
            return input;
        }
    }
}
