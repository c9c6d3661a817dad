using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Registry;

/// <summary>One decision about the champion: a promotion, a refusal, a move by hand.</summary>
/// <param name="At">When it was made.</param>
/// <param name="Period">Period whose run made it; for a move by hand the latest period then known.</param>
/// <param name="Champion">The champion from then on.</param>
/// <param name="Previous">The champion before; <see langword="null"/> for the first.</param>
/// <param name="Challenger">The model that was judged; <see langword="null"/> for a move by hand.</param>
/// <param name="Mover">The run, or <c>hand</c>.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="VerdictKey">Key of the compare step with the evidence; <see langword="null"/> for a move by hand.</param>
/// <param name="Said">The reason as a code with arguments; <see langword="null"/> where there is none.</param>
public sealed record Release(
    DateTimeOffset At, string Period, string? Champion, string? Previous, string? Challenger, string Mover, string Reason, string? VerdictKey, Sentence? Said = null);

/// <summary>Aliases of a pipeline's models and how they came about: <c>models/aliases.json</c>, changed only under If-Match, history only appended.</summary>
/// <param name="Champion">The model that predicts; <see langword="null"/> before the first.</param>
/// <param name="Previous">The champion before it, to which a rollback goes.</param>
/// <param name="History">Every decision, in the order in which it was recorded.</param>
public sealed record Aliases(string? Champion, string? Previous, IReadOnlyList<Release> History)
{
    /// <summary>Who else answers requests, or is tried on them; <see langword="null"/> where the champion is alone.</summary>
    public Traffic? Traffic { get; init; }

    /// <summary>No model yet.</summary>
    public static Aliases None { get; } = new(null, null, []);

    /// <summary>
    /// The champion that a period's run has to beat: as decided for the latest earlier period. A period that is predicted again
    /// never meets a model that learned from what came after it.
    /// </summary>
    /// <param name="period">The period.</param>
    public string? Before(string period)
    {
        var earlier = History.Where(r => string.CompareOrdinal(Order(r.Period), Order(period)) < 0).ToArray();
        return earlier.Length == 0 ? null : earlier.Where(r => r.Period == earlier.MaxBy(e => Order(e.Period), StringComparer.Ordinal)!.Period).Last().Champion;
    }

    /// <summary>The champions that the decisions of the latest periods before one have left, each version once, in period order.</summary>
    /// <param name="period">The period.</param>
    /// <param name="most">Decisions that are looked back on.</param>
    public IReadOnlyList<string> Champions(string period, int most) =>
    [
        .. History.Where(r => string.CompareOrdinal(Order(r.Period), Order(period)) < 0)
            .GroupBy(r => r.Period).OrderBy(g => Order(g.Key), StringComparer.Ordinal).TakeLast(most)
            .Select(g => g.Last().Champion).OfType<string>().Distinct(),
    ];

    /// <summary>Why no model is in production; <see langword="null"/> where one is.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    public Sentence? WhyNone(string pipeline) => Champion is not null ? null
        : Current(History) is { Challenger: { } refused } last
            ? Sentence.Of("no-champion-refused", ("pipeline", pipeline), ("version", refused), ("period", last.Period), ("reason", Reason(last)))
            : Sentence.Of("no-champion-yet", ("pipeline", pipeline));

    /// <summary>The gate's latest decision about a version; <see langword="null"/> where it made none.</summary>
    /// <param name="version">The version.</param>
    public Release? VerdictOn(string version) => History.LastOrDefault(r => r.Challenger == version);

    private static object Reason(Release release) => release.Said is { } said
        ? (object?)said.Parts?.GetValueOrDefault("reason") ?? said.Arguments.GetValueOrDefault("reason", release.Reason)
        : release.Reason.StartsWith("refused: ", StringComparison.Ordinal) ? release.Reason["refused: ".Length..] : release.Reason;

    /// <summary>
    /// The decision that had put the champion of a time in its place: a later one that left it there only confirmed it.
    /// <see langword="null"/> before the first.
    /// </summary>
    /// <param name="time">The time.</param>
    public Release? LiveAt(DateTimeOffset time)
    {
        (Release? current, Release? mover) = (null, null);
        foreach (var release in History.Where(r => r.At <= time))
        {
            if (current is null || string.CompareOrdinal(Order(release.Period), Order(current.Period)) >= 0)
            {
                mover = mover is null || release.Champion != current!.Champion ? release : mover;
                current = release;
            }
        }

        return mover;
    }

    /// <summary>The aliases after one more decision.</summary>
    /// <param name="release">The decision.</param>
    public Aliases With(Release release)
    {
        IReadOnlyList<Release> history = [.. History, release];
        var champion = Current(history)?.Champion;
        return new Aliases(champion, champion == Champion ? Previous : Champion, history) { Traffic = Traffic?.Beside(champion) };
    }

    // The latest period decides; within it, what was recorded last.
    private static Release? Current(IEnumerable<Release> history)
    {
        Release? current = null;
        foreach (var release in history)
        {
            if (current is null || string.CompareOrdinal(Order(release.Period), Order(current.Period)) >= 0)
            {
                current = release;
            }
        }

        return current;
    }

    private static string Order(string period) => period == "initial" ? "" : period;
}
