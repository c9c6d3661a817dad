using System.Globalization;

namespace MlOps.EndToEnd.Tests.Faults;

/// <summary>One way in which one run may be disturbed.</summary>
/// <param name="Number">Number among those of the same plan, from 1.</param>
/// <param name="Name">What goes wrong, to be read.</param>
/// <param name="Plan">Says of each access whether it fails, and how.</param>
internal sealed record FaultTrial(int Number, string Name, Func<Access, FaultKind?> Plan)
{
    /// <summary>
    /// Each access of an undisturbed run once in every way that is possible for it: the first of each kind of access before the second ones. Reads
    /// have no effect that could be there although the answer is lost; what is written without a condition cannot be raced.
    /// </summary>
    /// <param name="accesses">Accesses of the undisturbed run.</param>
    public static IReadOnlyList<FaultTrial> Single(IEnumerable<Access> accesses)
    {
        var number = 0;
        return
        [
            .. accesses.OrderBy(a => a.Ordinal).SelectMany(access => KindsOf(access).Select(kind => new FaultTrial(
                ++number, $"{kind} {access}", now => now == access ? kind : null))),
        ];
    }

    /// <summary>Several at once in one pipeline, each fault of another place and time: what all of them together do not harm, none harms.</summary>
    /// <param name="trials">Trials.</param>
    /// <param name="size">How many to a pipeline.</param>
    public static IReadOnlyList<FaultTrial[]> Together(IReadOnlyList<FaultTrial> trials, int size)
    {
        var stride = (trials.Count + size - 1) / size;
        return [.. Enumerable.Range(0, stride).Select(first => trials.Where((_, at) => at % stride == first).ToArray())];
    }

    /// <summary>All of some trials as one.</summary>
    /// <param name="trials">Trials.</param>
    public static FaultTrial Of(IReadOnlyList<FaultTrial> trials) => trials is [var one] ? one : new FaultTrial(
        trials[0].Number, string.Join(" + ", trials.Select(t => $"{t.Number} {t.Name}")), access => trials.Select(t => t.Plan(access)).FirstOrDefault(kind => kind is not null));

    /// <summary>Accesses fail by chance: most of them so that the client tries again by itself, one in twenty as a whole.</summary>
    /// <param name="number">Number of the trial.</param>
    /// <param name="seed">Seed of the chance.</param>
    /// <param name="rate">Share of the accesses that fail.</param>
    public static FaultTrial Random(int number, int seed, double rate)
    {
        var (random, gate) = (new Random(seed), new Lock());
        return new FaultTrial(number, string.Create(CultureInfo.InvariantCulture, $"{rate:P0} of all accesses, seed {seed}"), access =>
        {
            lock (gate)
            {
                return random.NextDouble() < rate ? Drawn(access, random) : null;
            }
        });
    }

    private static FaultKind Drawn(Access access, Random random)
    {
        var (what, which) = (random.Next(20), random.Next(2));
        return what switch
        {
            0 when access.Writes => which == 0 ? FaultKind.AnswerLost : FaultKind.TimedOut,
            0 => which == 0 ? FaultKind.NotReached : FaultKind.TimedOut,
            1 => FaultKind.Busy,
            _ when access.HasCondition && which == 0 => FaultKind.Raced,
            _ when access.Writes => FaultKind.SentTwice,
            _ => FaultKind.RefusedOnce,
        };
    }

    private static IReadOnlyList<FaultKind> KindsOf(Access access) =>
        access.HasCondition ? [FaultKind.AnswerLost, FaultKind.SentTwice, FaultKind.Raced, FaultKind.NotReached, FaultKind.TimedOut, FaultKind.Busy]
        : access.Writes ? [FaultKind.AnswerLost, FaultKind.SentTwice, FaultKind.NotReached, FaultKind.TimedOut, FaultKind.Busy]
        : [FaultKind.NotReached, FaultKind.TimedOut, FaultKind.Busy];
}
