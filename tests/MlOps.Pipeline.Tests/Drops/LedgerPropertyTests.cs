using FsCheck;
using FsCheck.Fluent;
using Xunit;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Tests.Arrival;

namespace MlOps.Pipeline.Tests.Drops;

public sealed class LedgerPropertyTests
{
    private static readonly string[] Periods = ["initial", "20201001", "20201101", "20201201", "20210101"];

    [Fact]
    public void Any_order_of_arrival_duplication_and_interleaving_ends_in_the_same_state() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Cases, seed =>
        {
            var files = DrawFiles(new Random(seed));
            var inOrder = Play(files.OrderBy(f => f[0].Period, PeriodOrder.Instance).ToList(), new Random(0), overlap: false);
            var shuffled = Play(files, new Random(seed + 1), overlap: true);
            if (inOrder.FinalState() != shuffled.FinalState())
            {
                throw new InvalidOperationException($"seed {seed}\nin order:\n{inOrder.FinalState()}\nshuffled:\n{shuffled.FinalState()}");
            }
        }));

    [Fact]
    public void Every_run_ends_and_every_accepted_period_is_published_from_its_whole_history() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Cases, seed =>
        {
            var world = Play(DrawFiles(new Random(seed)), new Random(seed + 1), overlap: true);
            var ledger = world.Ledger;
            var history = ledger.InForce("initial");
            foreach (var run in ledger.Runs.Where(r => r.State == RunState.Active))
            {
                Assert.True(history is null && run.Period != "initial", $"seed {seed}: run {run.RunId} never ended.");
            }

            foreach (var period in ledger.Periods.Where(p => p != "initial" && history is not null))
            {
                if (ledger.InForce(period) is { } drop)
                {
                    Assert.True(LedgerHistory.IsPublished(ledger, drop), $"seed {seed}: {period} is not published from its history.\n{string.Join('\n', ledger.Drops)}\n{string.Join('\n', ledger.Runs)}");
                }
            }
        }));

    [Fact]
    public void Runs_that_look_again_only_when_they_are_woken_come_to_the_same_end() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), Prop.ForAll(Cases, seed =>
        {
            var files = DrawFiles(new Random(seed));
            var awake = Play(files, new Random(seed + 1), overlap: true);
            var asleep = Play(files, new Random(seed + 1), overlap: true, sleepers: true);
            if (awake.FinalState() != asleep.FinalState())
            {
                throw new InvalidOperationException($"seed {seed}\nawake:\n{awake.FinalState()}\nasleep:\n{asleep.FinalState()}");
            }
        }));

    [Theory]
    [InlineData(10)]
    [InlineData(100)]
    public void Of_many_files_that_come_at_once_each_looks_in_vain_no_more_often_the_more_there_are(int count)
    {
        var world = new ArrivalWorld(sleepers: true);
        string[] periods = ["initial", .. Enumerable.Range(0, count - 1).Select(month => new DateOnly(2012, 1, 1).AddMonths(month).ToString("yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture))];
        new Random(count).Shuffle(periods);
        foreach (var period in periods)
        {
            world.Drop(new SimulatedFile(period, period), events: 1);
        }

        Settle(world, new Random(1));

        Assert.All(world.Ledger.Runs, run => Assert.Equal(RunState.Succeeded, run.State));
        Assert.InRange(world.VainLooks, 1, 8 * count);
    }

    [Fact]
    public void Repeated_events_add_no_run_that_works()
    {
        var once = new ArrivalWorld();
        var often = new ArrivalWorld();
        foreach (var period in Periods)
        {
            once.Drop(new SimulatedFile(period, period), events: 1);
            often.Drop(new SimulatedFile(period, period), events: 20);
        }

        Settle(once, new Random(1));
        Settle(often, new Random(2));

        Assert.Equal(once.Ledger.Runs.Count, often.Ledger.Runs.Count);
        Assert.Equal(once.FinalState(), often.FinalState());
    }

    private static Arbitrary<int> Cases => Gen.Choose(0, int.MaxValue - 2).ToArbitrary();

    // For each period one or two revisions, some of them refused; now and then the bytes of another period.
    private static List<List<SimulatedFile>> DrawFiles(Random random)
    {
        var files = new List<List<SimulatedFile>>();
        foreach (var period in Periods)
        {
            var revisions = new List<SimulatedFile>();
            for (var revision = 1 + random.Next(2); revision > 0; revision--)
            {
                // The last of two is always sound: bytes that were replaced before anyone read them are gone.
                var bytes = random.Next(revisions.Count == 0 ? 8 : 1) switch
                {
                    0 when revisions.Count == 0 => $"bad {period} {revision}",
                    1 or 2 => $"shared {random.Next(2)}",
                    _ => $"{period} {revision}",
                };
                revisions.Add(new SimulatedFile(period, bytes));
            }

            files.Add(revisions);
        }

        // The history itself is sound at least once, or nothing can be published.
        files[0][^1] = new SimulatedFile("initial", "initial last");
        return [.. files.OrderBy(_ => random.Next())];
    }

    // Revisions of one period are written in their order; everything else happens in any order.
    private static ArrivalWorld Play(List<List<SimulatedFile>> files, Random random, bool overlap, bool sleepers = false)
    {
        var world = new ArrivalWorld(sleepers);
        var queues = files.Select(f => new Queue<SimulatedFile>(f)).ToList();
        while (queues.Exists(q => q.Count > 0))
        {
            var open = queues.Where(q => q.Count > 0).ToList();
            var queue = overlap ? open[random.Next(open.Count)] : open[0];
            world.Drop(queue.Dequeue(), events: overlap ? 1 + random.Next(3) : 1);
            if (!overlap)
            {
                Settle(world, random);
                continue;
            }

            for (var moves = random.Next(12); moves > 0 && world.Moves() is { Count: > 0 } now; moves--)
            {
                now[random.Next(now.Count)]();
            }
        }

        Settle(world, random);
        return world;
    }

    private static void Settle(ArrivalWorld world, Random random)
    {
        for (var moves = 0; world.Moves() is { Count: > 0 } now; moves++)
        {
            Assert.True(moves < 50_000, "The runs do not come to an end.");
            now[random.Next(now.Count)]();
        }
    }
}
