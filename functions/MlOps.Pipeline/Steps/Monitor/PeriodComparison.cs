using MlOps.Evaluation.Drift;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>All columns of a period together: which have drifted, when the chance of any false alarm is to stay at the level.</summary>
internal static class PeriodComparison
{
    /// <summary>How the p values are adjusted.</summary>
    public static readonly Sentence Correction = Sentence.Of("drift-correction");

    /// <summary>Adjusts the p values and judges every column; the largest effect on the model comes first.</summary>
    /// <param name="columns">Columns as compared one by one.</param>
    /// <param name="broken">Columns with a data incident, which is no drift.</param>
    /// <param name="settings">Level and limits.</param>
    /// <param name="earlier">The same columns, in the same order, beside the same month of earlier years; empty where there are none.</param>
    public static (IReadOnlyList<ColumnDrift> Columns, int Tests) Judge(
        IReadOnlyList<ColumnDrift> columns, IReadOnlySet<string> broken, MonitorSettings settings, IReadOnlyList<IReadOnlyList<EarlierComparison>>? earlier = null)
    {
        var judged = Adjusted(columns);
        var years = Adjusted(earlier ?? [], columns.Count);
        for (var i = 0; i < judged.Length; i++)
        {
            var isBroken = judged[i].Kind != "score" && broken.Contains(judged[i].Column);
            judged[i] = isBroken
                ? ColumnComparison.Untested(judged[i] with { Because = null, Drifted = false }, Sentence.Of("drift-incident"))
                : Judged(judged[i], settings, years[i]);
        }

        return (
            [.. judged.OrderByDescending(c => c.Drifted).ThenByDescending(c => c.Effect).ThenByDescending(c => c.JensenShannon ?? 0).ThenBy(c => c.Column, StringComparer.Ordinal)],
            columns.Count(c => c.PValue is not null) + columns.Count(c => c.MissingPValue is not null));
    }

    // All tests of one comparison share the level.
    private static ColumnDrift[] Adjusted(IReadOnlyList<ColumnDrift> columns)
    {
        var adjusted = new Queue<double>(MultipleTesting.Holm([.. columns.Select(c => c.PValue).OfType<double>(), .. columns.Select(c => c.MissingPValue).OfType<double>()]));
        var values = columns.Select(c => c with { AdjustedPValue = c.PValue is null ? null : adjusted.Dequeue() }).ToArray();
        return Array.ConvertAll(values, c => c with { MissingPValue = c.MissingPValue is null ? null : adjusted.Dequeue() });
    }

    // Where every column has seasons only these tests stand between a period and an alarm: the level must hold in each year too.
    private static List<EarlierComparison>[] Adjusted(IReadOnlyList<IReadOnlyList<EarlierComparison>> earlier, int columns)
    {
        List<EarlierComparison>[] adjusted = [.. Enumerable.Range(0, columns).Select(_ => new List<EarlierComparison>())];
        foreach (var year in earlier.SelectMany((of, column) => of.Select(e => (Column: column, e.Year, e.Drift))).GroupBy(e => e.Year).OrderBy(g => g.Key))
        {
            foreach (var (e, drift) in year.Zip(Adjusted([.. year.Select(e => e.Drift)])))
            {
                adjusted[e.Column].Add(new EarlierComparison(e.Year, drift));
            }
        }

        return adjusted;
    }

    // Each of the two questions may be answered by a season; what neither year nor season explains has drifted.
    private static ColumnDrift Judged(ColumnDrift column, MonitorSettings settings, IReadOnlyList<EarlierComparison> earlier)
    {
        var values = ValuesMoved(column, settings) ? ValuesBeside(earlier, settings) : null;
        var missing = MissingMoved(column, settings) ? MissingBeside(earlier, settings) : null;
        var (valuesDrifted, missingDrifted) = (ValuesMoved(column, settings) && values is not { IsAway: false }, MissingMoved(column, settings) && missing is not { IsAway: false });
        var season = valuesDrifted ? values : missingDrifted ? missing : values ?? missing;
        return column with
        {
            Drifted = valuesDrifted || missingDrifted,
            Season = season,
            Because = Because(column, settings, valuesDrifted ? "values" : missingDrifted ? "missing" : season is null ? null : season.Missing ? "season-missing" : "season-values", season),
        };
    }

    // Of the years that allow a test the one that comes nearest decides: what one of them has shown before is no news.
    private static SeasonDrift? ValuesBeside(IReadOnlyList<EarlierComparison> earlier, MonitorSettings settings)
    {
        var nearest = earlier.Where(e => e.Drift.AdjustedPValue is not null)
            .OrderBy(e => ValuesMoved(e.Drift, settings)).ThenBy(e => e.Drift.JensenShannon).ThenByDescending(e => e.Year).FirstOrDefault();
        return nearest is null ? null : Beside(nearest, false, ValuesMoved(nearest.Drift, settings), nearest.Drift.AdjustedPValue);
    }

    private static SeasonDrift? MissingBeside(IReadOnlyList<EarlierComparison> earlier, MonitorSettings settings)
    {
        var nearest = earlier.Where(e => e.Drift.ReferenceRows > 0)
            .OrderBy(e => MissingMoved(e.Drift, settings)).ThenBy(e => Math.Abs(e.Drift.CurrentMissing - e.Drift.ReferenceMissing)).ThenByDescending(e => e.Year).FirstOrDefault();
        return nearest is null ? null : Beside(nearest, true, MissingMoved(nearest.Drift, settings), nearest.Drift.MissingPValue);
    }

    private static SeasonDrift Beside(EarlierComparison e, bool missing, bool isAway, double? p) =>
        new(e.Year, missing, isAway, e.Drift.ReferenceRows, p, e.Drift.Psi, e.Drift.JensenShannon, e.Drift.ReferenceMissing, e.Drift.Bins);

    // The test that decided, not the smallest p value of both: each figure with the rule that it was held against.
    private static Sentence? Because(ColumnDrift c, MonitorSettings s, string? decided, SeasonDrift? season)
    {
        (string, object)[] values = [("p", Spelled.PValue(c.AdjustedPValue)), ("level", Spelled.Number(s.Level)), ("psi", Spelled.Distance(c.Psi)), ("js", Spelled.Distance(c.JensenShannon)), ("psi_limit", Spelled.Number(s.Psi)), ("js_limit", Spelled.Number(s.JensenShannon))];
        (string, object)[] missing = [("p", Spelled.PValue(c.MissingPValue)), ("level", Spelled.Number(s.Level)), ("before", Spelled.Share(c.ReferenceMissing)), ("now", Spelled.Share(c.CurrentMissing)), ("limit", Spelled.Share(s.Missing))];
        (string, object)[] month = season is null ? [] : [("year", season.Year), ("p", Spelled.PValue(season.PValue)), ("psi", Spelled.Distance(season.Psi)), ("js", Spelled.Distance(season.JensenShannon)), ("then", Spelled.Share(season.MissingShare)), ("now", Spelled.Share(c.CurrentMissing))];
        return decided switch
        {
            "values" => Too(Sentence.Of("drift-why-values", values), "drift-why-values-month"),
            "missing" => Too(Sentence.Of("drift-why-missing", missing), "drift-why-missing-month"),
            "season-values" => Sentence.Of("drift-season-values", month),
            "season-missing" => Sentence.Of("drift-season-missing", month),
            _ => c.AdjustedPValue <= s.Level ? Sentence.Of("drift-why-small", values)
                : c.MissingPValue <= s.Level ? Sentence.Of("drift-why-missing-small", missing)
                : c.AdjustedPValue is not null ? Sentence.Of("drift-why-none", values)
                : null,
        };

        Sentence Too(Sentence why, string code) => season is null ? why : Sentence.Of(code, [.. month, ("why", why)]);
    }

    internal static bool ValuesMoved(ColumnDrift c, MonitorSettings s) =>
        c.AdjustedPValue <= s.Level && (c.Psi >= s.Psi || c.JensenShannon >= s.JensenShannon);

    private static bool MissingMoved(ColumnDrift c, MonitorSettings s) =>
        c.MissingPValue <= s.Level && Math.Abs(c.CurrentMissing - c.ReferenceMissing) >= s.Missing;
}
