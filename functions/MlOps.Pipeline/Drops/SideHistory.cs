using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Drops;

/// <summary>
/// Which files of side tables belong to a period, as pure functions of the ledger: those whose day is not after the period's. To the history belong
/// the sources' <c>initial.csv</c> alone. The names of the files decide, never when they arrived, so any order of arrival ends alike.
/// </summary>
public static class SideHistory
{
    /// <summary>The newest accepted version of each file that a period's rows are joined with, by source and period; <see langword="null"/> for none.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="period">The period.</param>
    public static IReadOnlyList<PinnedSide>? Of(Ledger ledger, string period)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var sides = (ledger.Sides ?? [])
            .Where(s => s.Verdict == Verdict.Accepted && !PeriodOrder.IsBefore(period, s.Period))
            .GroupBy(s => (s.Source, s.Period)).Select(g => g.MaxBy(s => s.Revision)!)
            .OrderBy(s => s.Source, StringComparer.Ordinal).ThenBy(s => s.Period, PeriodOrder.Instance)
            .Select(s => new PinnedSide(s.Source, s.Period, s.BlobName, s.ETags[0], s.Sha256, s.Revision)).ToList();
        return sides.Count == 0 ? null : sides;
    }

    /// <summary>A file that belongs to a period and that is still looked at; <see langword="null"/> where none is.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="period">The period.</param>
    public static SideFile? Unsettled(Ledger ledger, string period)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return (ledger.Sides ?? []).FirstOrDefault(s => s.State == RunState.Active && !PeriodOrder.IsBefore(period, s.Period));
    }

    /// <summary>The first file that a period needs and that is not there; <see langword="null"/> where none is missing.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="period">The period.</param>
    /// <param name="sources">Sources whose files of its day, and whose <c>initial.csv</c>, it needs; <see langword="null"/> for none.</param>
    /// <returns>The file's name below the pipeline, such as <c>bureau/20201001.csv</c>.</returns>
    public static string? Missing(Ledger ledger, string period, IReadOnlyList<string>? sources)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var needed = (sources ?? []).SelectMany(source => new[] { PeriodOrder.Initial, period }.Distinct().Select(p => (Source: source, Period: p)));
        foreach (var (source, day) in needed)
        {
            if (!(ledger.Sides ?? []).Any(s => s.Source == source && s.Period == day && s.Verdict == Verdict.Accepted))
            {
                return $"{source}/{day}.csv";
            }
        }

        return null;
    }

    /// <summary>Whether a version of a file has been seen, whatever became of it.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="source">Name of the source.</param>
    /// <param name="period">The file's day.</param>
    /// <param name="etag">ETag of the version.</param>
    public static SideFile? Find(Ledger ledger, string source, string period, string etag)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        return (ledger.Sides ?? []).FirstOrDefault(s => s.Source == source && s.Period == period && s.ETags.Contains(etag));
    }
}
