using System.Diagnostics;
using DurableTask.Core.History;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using MlOps.EngineWorker;
using MlOps.Testing;

namespace MlOps.Engine.Tests.Chaos;

/// <summary>Two worker processes on one account, killed and started again and again, and the account taken away under them.</summary>
public sealed class ChaosTests(ChaosTests.OwnAccount own, ITestOutputHelper output) : IClassFixture<ChaosTests.OwnAccount>
{
    private const int Activities = 20;
    private const int ActivitiesAtOnce = 4;
    private const int KillsAnOutage = 6;
    private const string Seed = "MLOPS_CHAOS_SEED";
    private const string Whole = "MLOPS_CHAOS";
    private static readonly bool IsWhole = Environment.GetEnvironmentVariable(Whole) == "1";
    private static readonly int Instances = IsWhole ? 50 : 12;
    private static readonly int KillsMin = IsWhole ? 30 : 6;

    /// <summary>A short form; <c>MLOPS_CHAOS=1</c> runs 50 instances with 30 kills and five outages.</summary>
    [Fact]
    public async Task Every_instance_completes_once_and_no_completed_activity_runs_again()
    {
        var azurite = own.Azurite;
        using var folder = new TemporaryFolder();
        var log = folder["runs.log"];
        var hub = "chaos" + azurite.NewPrefix();
        await using var services = new ServiceCollection().AddLogging()
            .AddTaskHubClient(TaskHubAccount.FromConnectionString(azurite.ConnectionString), new TaskHubOptions { Folder = folder.Path, HubName = hub })
            .BuildServiceProvider();
        var client = services.GetRequiredService<DurableTaskClient>();
        var seed = int.TryParse(Environment.GetEnvironmentVariable(Seed), out var given) ? given : 20260301;
        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        var (kills, outages, scheduled) = (0, 0, 0);
        var workers = new[] { Start(), Start() };
        foreach (var worker in workers)
        {
            await worker.ReadyAsync();
        }

        try
        {
            while (kills < KillsMin || scheduled < Instances || await OverAsync() < Instances)
            {
                Assert.True(watch.Elapsed < TimeSpan.FromMinutes(IsWhole ? 20 : 8), $"not done after {watch.Elapsed}: {kills} kills, {scheduled} scheduled");
                for (var i = 0; i < 2 && scheduled < Instances; i++)
                {
                    await client.ScheduleNewOrchestrationInstanceAsync(Work.Job, new JobInput(Activities, 1 + random.Next(6), 40), new StartOrchestrationOptions($"job-{scheduled++:00}"));
                }

                await Task.Delay(random.Next(500, 2500));
                if (kills < KillsMin)
                {
                    var victim = random.Next(2);
                    workers[victim].Kill();
                    workers[victim].Dispose();
                    kills++;
                    if (random.Next(4) == 0)
                    {
                        await Task.Delay(random.Next(500));
                    }

                    workers[victim] = Start();
                }

                if (outages < kills / KillsAnOutage)
                {
                    outages++;
                    await azurite.StopAsync();
                    await Task.Delay(random.Next(500, 2000));
                    await azurite.StartAsync();
                }
            }
        }
        finally
        {
            foreach (var worker in workers)
            {
                worker.Dispose();
            }
        }

        await VerifyAsync(client, log, $"seed {seed}, {kills} kills, {outages} outages of the storage, {watch.Elapsed.TotalSeconds:F0} s");

        WorkerProcess Start() => WorkerProcess.Start(azurite.ConnectionString, hub, ActivitiesAtOnce, log, folder["worker"]);

        async Task<int> OverAsync()
        {
            var over = 0;
            await foreach (var instance in client.GetAllInstancesAsync(new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Completed] }))
            {
                over++;
            }

            return over;
        }
    }

    // An activity has completed when its result is in the history, as of the moment that the result carries: no start may come later.
    private async Task VerifyAsync(DurableTaskClient client, string log, string circumstances)
    {
        var runs = LoggedRun.ReadAll(log);
        var starts = runs.Where(run => run.What == "start").ToLookup(run => run.Activity, StringComparer.Ordinal);
        var ends = runs.Where(run => run.What == "end").Select(run => run.Run).ToHashSet(StringComparer.Ordinal);
        var restarted = 0;
        for (var instance = 0; instance < Instances; instance++)
        {
            var id = $"job-{instance:00}";
            var history = await client.GetOrchestrationHistoryAsync(id);
            Assert.Single(history.OfType<ExecutionCompletedEvent>());
            var answer = (await client.GetInstanceAsync(id, true))!.ReadOutputAs<string[]>()!;
            Assert.Equal(Activities, answer.Length);
            for (var number = 0; number < Activities; number++)
            {
                // A result may be delivered twice; the first counts, and the orchestrator takes no other.
                var completed = history.OfType<TaskCompletedEvent>().First(e => e.TaskScheduledId == number);
                Assert.Equal($"\"{answer[number]}\"", completed.Result);
                Assert.Contains(answer[number], ends);
                restarted += starts[$"{id} {number}"].Count(start => start.At > completed.Timestamp.ToUniversalTime());
            }
        }

        var repeated = starts.Sum(group => group.Count() - 1);
        output.WriteLine($"chaos: {circumstances}; {Instances} instances completed once, {starts.Sum(group => group.Count())} activity runs, "
            + $"of which {repeated} repeated one that had been cut off and {restarted} one that had completed");
        Assert.Equal(0, restarted);
    }

    /// <summary>An account that may be taken away without harm to other tests.</summary>
    public sealed class OwnAccount : IAsyncLifetime
    {
        public AzuriteFixture Azurite { get; } = new();

        public ValueTask InitializeAsync() => Azurite.InitializeAsync();

        public ValueTask DisposeAsync() => Azurite.DisposeAsync();
    }
}
