using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.History;
using MlOps.Durable.Local;
using MlOps.DurableWorker;
using MlOps.Testing;

namespace MlOps.Durable.Tests.Chaos;

/// <summary>Two worker processes on one account, killed and started again and again, and the account taken away under them.</summary>
public sealed class ChaosTests(ChaosTests.OwnAccount own, ITestOutputHelper output) : IClassFixture<ChaosTests.OwnAccount>
{
    private const int Instances = 50;
    private const int Activities = 20;
    private const int KillsMin = 30;
    private const int ActivitiesAtOnce = 4;
    private const int KillsAnOutage = 6;
    private const string Seed = "MLOPS_CHAOS_SEED";

    [Fact]
    public async Task Every_instance_completes_once_no_result_is_lost_and_no_completed_activity_runs_again()
    {
        var azurite = own.Azurite;
        var container = await azurite.NewContainerAsync();
        var log = Path.Combine(Directory.CreateTempSubdirectory("mlops-chaos-").FullName, "runs.log");
        var client = new LocalDurableTaskClient(container);
        var seed = int.TryParse(Environment.GetEnvironmentVariable(Seed), out var given) ? given : 20260301;
        var random = new Random(seed);
        var watch = Stopwatch.StartNew();
        var (kills, outages, scheduled) = (0, 0, 0);
        var workers = new[] { Start(), Start() };
        try
        {
            while (kills < KillsMin || scheduled < Instances || !await AllAreOverAsync())
            {
                Assert.True(watch.Elapsed < TimeSpan.FromMinutes(8), $"not done after {watch.Elapsed}: {kills} kills, {scheduled} scheduled");
                for (var i = 0; i < 2 && scheduled < Instances; i++)
                {
                    await client.TryScheduleAsync(Work.Job, new JobInput(Activities, 1 + random.Next(6), 40), new StartOrchestrationOptions($"job-{scheduled++:00}"));
                }

                await Task.Delay(random.Next(300, 1500));
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

        await VerifyAsync(container, log, $"seed {seed}, {kills} kills, {outages} outages of the storage, {watch.Elapsed.TotalSeconds:F0} s");

        WorkerProcess Start() => WorkerProcess.Start(azurite.ConnectionString, container.Name, ActivitiesAtOnce, log);

        async Task<bool> AllAreOverAsync()
        {
            var over = 0;
            await foreach (var instance in client.GetAllInstancesAsync(new OrchestrationQuery { Statuses = [OrchestrationRuntimeStatus.Completed] }))
            {
                over++;
            }

            return over == Instances;
        }
    }

    // What counts is when a result was committed: the time of its record, taken before the record goes to the storage. The record
    // is only there if nobody else has written to the journal since its writer last did, so whoever takes the instance over later
    // has seen it: any start of that activity after this time is a result not heeded, storage outages or not.
    private async Task VerifyAsync(Azure.Storage.Blobs.BlobContainerClient container, string log, string circumstances)
    {
        var runs = LoggedRun.ReadAll(log);
        var starts = runs.Where(run => run.What == "start").ToLookup(run => run.Activity, StringComparer.Ordinal);
        var ends = runs.Where(run => run.What == "end").Select(run => run.Run).ToHashSet(StringComparer.Ordinal);
        var written = runs.Where(run => run.What == "written").ToLookup(run => run.Activity, StringComparer.Ordinal);
        var store = new BlobJournalStore(container, TimeProvider.System, NullLogger.Instance);
        var (completed, results) = (0, 0);
        for (var instance = 0; instance < Instances; instance++)
        {
            var id = $"job-{instance:00}";
            var journal = (await store.ReadAsync(id, default))!;
            var records = JournalCodec.Decode(id, journal.Bytes);
            Assert.Single(records, record => record.Completed is not null);
            var state = InstanceState.Of(id, journal.Bytes);
            Assert.Equal(OrchestrationRuntimeStatus.Completed, state.Status);
            var answer = state.ToMetadata(true).ReadOutputAs<string[]>()!;
            Assert.Equal(Activities, answer.Length);
            for (var number = 0; number < Activities; number++)
            {
                // Once in the journal, and it is the result of the last run that was started.
                var activity = $"{id} {number}";
                var commit = Assert.Single(records, record => record.Events.Any(e => e.TaskCompleted?.TaskScheduledId == number));
                Assert.Contains(answer[number], ends);
                Assert.DoesNotContain(starts[activity], start => start.At > commit.Timestamp.ToDateTime());
                Assert.Equal(answer[number], starts[activity].MaxBy(start => start.At)!.Run);

                // What the storage has acknowledged, it has: at most one acknowledgement a result, and none for any other.
                Assert.True(written[activity].Count() <= 1, $"{activity} was acknowledged {written[activity].Count()} times");
                Assert.DoesNotContain(written[activity], acknowledged => acknowledged.At < commit.Timestamp.ToDateTime());
                results++;
            }

            completed++;
        }

        var repeated = starts.Sum(group => group.Count() - 1);
        var restarted = starts.Sum(group => group.Count(start => written[group.Key].Any(result => result.At < start.At)));
        Assert.Equal(0, restarted);
        output.WriteLine($"chaos: {circumstances}; {completed} of {Instances} instances completed once, {results} of {Instances * Activities} results kept, "
            + $"{starts.Sum(group => group.Count())} activity runs, of which {repeated} repeated one that had been cut off before its result was written and {restarted} one whose result was");
    }

    /// <summary>An account that may be taken away without harm to other tests.</summary>
    public sealed class OwnAccount : IAsyncLifetime
    {
        public AzuriteFixture Azurite { get; } = new();

        public ValueTask InitializeAsync() => Azurite.InitializeAsync();

        public ValueTask DisposeAsync() => Azurite.DisposeAsync();
    }
}
