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
    public static (IReadOnlyList<ColumnDrift> Columns, int Tests) Judge(
        IReadOnlyList<ColumnDrift> columns, IReadOnlySet<string> broken, MonitorSettings settings)
    {
        var values = columns.Select(c => c.PValue).OfType<double>().ToArray();
        var missing = columns.Select(c => c.MissingPValue).OfType<double>().ToArray();
        var adjusted = new Queue<double>(MultipleTesting.Holm([.. values, .. missing]));
        var judged = columns.Select(c => c with { AdjustedPValue = c.PValue is null ? null : adjusted.Dequeue() }).ToArray();
        for (var i = 0; i < judged.Length; i++)
        {
            var column = judged[i] with { MissingPValue = judged[i].MissingPValue is null ? null : adjusted.Dequeue() };
            var isBroken = column.Kind != "score" && broken.Contains(column.Column);
            judged[i] = isBroken
                ? ColumnComparison.Untested(column with { Because = null, Drifted = false }, Sentence.Of("drift-incident"))
                : column with { Because = Because(column, settings), Drifted = ValuesMoved(column, settings) || MissingMoved(column, settings) };
        }

        return (
            [.. judged.OrderByDescending(c => c.Drifted).ThenByDescending(c => c.Effect).ThenByDescending(c => c.JensenShannon ?? 0).ThenBy(c => c.Column, StringComparer.Ordinal)],
            values.Length + missing.Length);
    }

    // The test that decided, not the smallest p value of both: each figure with the rule that it was held against.
    private static Sentence? Because(ColumnDrift c, MonitorSettings s)
    {
        (string, object)[] values = [("p", Spelled.PValue(c.AdjustedPValue)), ("level", Spelled.Number(s.Level)), ("psi", Spelled.Distance(c.Psi)), ("js", Spelled.Distance(c.JensenShannon)), ("psi_limit", Spelled.Number(s.Psi)), ("js_limit", Spelled.Number(s.JensenShannon))];
        (string, object)[] missing = [("p", Spelled.PValue(c.MissingPValue)), ("level", Spelled.Number(s.Level)), ("before", Spelled.Share(c.ReferenceMissing)), ("now", Spelled.Share(c.CurrentMissing)), ("limit", Spelled.Share(s.Missing))];
        return ValuesMoved(c, s) ? Sentence.Of("drift-why-values", values)
            : MissingMoved(c, s) ? Sentence.Of("drift-why-missing", missing)
            : c.AdjustedPValue <= s.Level ? Sentence.Of("drift-why-small", values)
            : c.MissingPValue <= s.Level ? Sentence.Of("drift-why-missing-small", missing)
            : c.AdjustedPValue is not null ? Sentence.Of("drift-why-none", values)
            : null;
    }

    internal static bool ValuesMoved(ColumnDrift c, MonitorSettings s) =>
        c.AdjustedPValue <= s.Level && (c.Psi >= s.Psi || c.JensenShannon >= s.JensenShannon);

    private static bool MissingMoved(ColumnDrift c, MonitorSettings s) =>
        c.MissingPValue <= s.Level && Math.Abs(c.CurrentMissing - c.ReferenceMissing) >= s.Missing;
}
