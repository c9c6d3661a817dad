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
    private const int InFlightMax = 2 * ActivitiesAtOnce;

    [Fact]
    public async Task Every_instance_completes_once_no_result_is_lost_and_no_completed_activity_runs_again()
    {
        var azurite = own.Azurite;
        var container = await azurite.NewContainerAsync();
        var log = Path.Combine(Directory.CreateTempSubdirectory("mlops-chaos-").FullName, "runs.log");
        var client = new LocalDurableTaskClient(container);
        var random = new Random(20260301);
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

                if (kills is 10 or 20 && outages < kills / 10)
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

        await VerifyAsync(container, log, outages, $"{kills} kills, {outages} outages of the storage, {watch.Elapsed.TotalSeconds:F0} s");

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

    private async Task VerifyAsync(Azure.Storage.Blobs.BlobContainerClient container, string log, int outages, string circumstances)
    {
        var runs = Directory.GetFiles(Path.GetDirectoryName(log)!).SelectMany(File.ReadAllLines).Select(line => line.Split(' ')).OrderBy(run => long.Parse(run[0])).Select(run => run[1..]).ToList();
        var starts = runs.Where(run => run[0] == "start").ToLookup(run => $"{run[1]} {run[2]}", run => run[3], StringComparer.Ordinal);
        var ends = runs.Where(run => run[0] == "end").Select(run => run[3]).ToHashSet(StringComparer.Ordinal);
        var store = new BlobJournalStore(container, TimeProvider.System, NullLogger.Instance);
        var (completed, results, overtaken) = (0, 0, 0);
        for (var instance = 0; instance < Instances; instance++)
        {
            var id = $"job-{instance:00}";
            var journal = (await store.ReadAsync(id, default))!;
            var records = JournalCodec.Decode(id, journal.Bytes);
            var state = InstanceState.Of(id, journal.Bytes);

            Assert.Single(records, record => record.Completed is not null);
            Assert.Equal(OrchestrationRuntimeStatus.Completed, state.Status);
            Assert.Equal(Activities, state.History.Count(e => e.EventTypeCase == HistoryEvent.EventTypeOneofCase.TaskCompleted));
            var answer = state.ToMetadata(true).ReadOutputAs<string[]>()!;
            Assert.Equal(Activities, answer.Length);
            for (var number = 0; number < Activities; number++)
            {
                // The run whose result counts ended: once in the journal.
                Assert.Contains(answer[number], ends);
                overtaken += answer[number] == starts[$"{id} {number}"].Last() ? 0 : 1;
                results++;
            }

            completed++;
        }

        // Nothing starts after the run whose result counts, but for what was in flight when the storage went away: its result could
        // not be written yet, so the other worker rightly took the work for cut off, and the first result to arrive counts.
        Assert.True(overtaken <= outages * InFlightMax, $"{overtaken} activities started again beside the run whose result counts; {circumstances}");

        var repeated = starts.Sum(group => group.Count() - 1);
        output.WriteLine($"chaos: {circumstances}; {completed} of {Instances} instances completed once, {results} of {Instances * Activities} results kept, "
            + $"{starts.Sum(group => group.Count())} activity runs, of which {repeated} repeated one that had been cut off before its result was written, {overtaken} of them beside a result that the storage could not take yet");
    }

    /// <summary>An account that may be taken away without harm to other tests.</summary>
    public sealed class OwnAccount : IAsyncLifetime
    {
        public AzuriteFixture Azurite { get; } = new();

        public ValueTask InitializeAsync() => Azurite.InitializeAsync();

        public ValueTask DisposeAsync() => Azurite.DisposeAsync();
    }
}
