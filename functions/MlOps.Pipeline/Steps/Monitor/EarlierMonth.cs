using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>What the calendar month of a period looked like in an earlier year: the rows of its files, or of the first file where that has times.</summary>
/// <param name="Year">The year.</param>
/// <param name="Files">Tables, with their rows of that month.</param>
/// <param name="Scored">The rows among them by which scores are compared: where the model has learned from the month, its test rows alone.</param>
internal sealed record EarlierMonth(int Year, IReadOnlyList<(Table Table, int[] Rows)> Files, IReadOnlyList<(Table Table, int[] Rows)> Scored)
{
    /// <summary>No more years than these are looked at, the newest first.</summary>
    public const int MostYears = 5;

    /// <summary>A column in that month.</summary>
    public ColumnSample Sample(string name, bool isNumber) => ColumnSample.Join([.. Files.Select(f => ColumnSample.Of(name, isNumber, f.Table.Find(name), f.Rows))]);

    /// <summary>What the model would say of that month's rows today, all classes of a row together: columns that move on by themselves have the period's values.</summary>
    /// <param name="model">The model.</param>
    /// <param name="transform">Its transform.</param>
    /// <param name="current">The period's table.</param>
    /// <param name="moving">Names of the columns that move on by themselves.</param>
    /// <param name="options">How many threads.</param>
    public double[] Scores(LearnedModel model, Transform transform, Table current, IReadOnlySet<string> moving, StepOptions options) =>
        [.. Scored.Where(f => f.Rows.Length > 0).SelectMany(f => Today(f.Table.TakeRows(f.Rows), current, moving) is var then ? Predictions.Scores(model, TransformApply.Apply(transform, then, StepContext.AllRows(then.RowCount)), options) : [])];

    // Row by row from the beginning of the period, again and again.
    private static Table Today(Table then, Table current, IReadOnlySet<string> moving) => new(
        [.. then.Columns.Select(c => moving.Contains(c.Name) && current.Find(c.Name) is NumberColumn { RowCount: > 0 } now
            ? new NumberColumn(c.Name, [.. Enumerable.Range(0, then.RowCount).Select(row => now.Values[row % now.RowCount])], now.Kind)
            : c)],
        rowCount: then.RowCount);

    /// <summary>The files of a history that are of the same month in an earlier year, by their names: the newest years.</summary>
    /// <param name="history">Files, in the order of their periods.</param>
    /// <param name="period">The period.</param>
    public static IReadOnlyList<PinnedDrop>? FilesOf(IReadOnlyList<PinnedDrop> history, string period)
    {
        if (Period.Parse(period).Date is not { } day)
        {
            return null;
        }

        PinnedDrop[] found = [.. history.Where(h => Period.Parse(h.Period).Date is { } other && other.Month == day.Month && other.Year < day.Year && other.Year >= day.Year - MostYears)];
        return found.Length == 0 ? null : found;
    }

    /// <summary>The rows of the first file that are of the same month in an earlier year, where the definition names its time column and that has dates.</summary>
    /// <param name="initial">The first file.</param>
    /// <param name="current">The period's.</param>
    /// <param name="time">The time column.</param>
    public static IEnumerable<(int Year, int[] Rows)> Inside(Table initial, Table current, TimeSettings time)
    {
        if (initial.Find(time.Column) is not NumberColumn { Kind: ColumnKind.Date } then || current.Find(time.Column) is not NumberColumn { Kind: ColumnKind.Date } now)
        {
            return [];
        }

        var month = now.Values.Where(double.IsFinite).Select(Month).CountBy(m => m).OrderByDescending(m => m.Value).ThenByDescending(m => m.Key).Select(m => m.Key).FirstOrDefault();
        return Enumerable.Range(0, then.RowCount)
            .Where(row => double.IsFinite(then.Values[row]) && Month(then.Values[row]) is var m && m.Number == month.Number && m.Year < month.Year && m.Year >= month.Year - MostYears)
            .GroupBy(row => Month(then.Values[row]).Year).OrderBy(g => g.Key).Select(g => (g.Key, g.ToArray()));
    }

    /// <summary>The test rows among some of the first file's, or all of these where rows of it were left out of the history: which of them it has cannot be told then.</summary>
    public static (Table Table, int[] Rows) TestRowsInside(HistoryRows history, IReadOnlyDictionary<string, Range> places, Table initial, TimeSettings time, int[] rows)
    {
        if (!places.TryGetValue(Period.Initial.Value, out var place) || place.End.Value - place.Start.Value != initial.RowCount)
        {
            return (initial, rows);
        }

        // The history has the first file in the order of its times.
        var (order, wanted) = (TimeOrder.Of(initial[time.Column], time).Rows, rows.ToHashSet());
        return (history.Table, [.. Enumerable.Range(0, order.Length).Where(i => wanted.Contains(order[i])).Select(i => place.Start.Value + i).Where(row => history.Parts[row] == Part.Test)]);
    }

    private static (int Year, int Number) Month(double seconds) => DateTime.UnixEpoch.AddSeconds(seconds) is var at ? (at.Year, at.Month) : default;

    /// <summary>Where each of the periods that a model learned from lies in its history; empty where that was not counted.</summary>
    /// <param name="accumulated">The history.</param>
    public static IReadOnlyDictionary<string, Range> Places(AccumulateResult accumulated)
    {
        var places = new Dictionary<string, Range>(StringComparer.Ordinal);
        var from = 0;
        for (var i = 0; i < accumulated.RowsOfPeriods?.Count; from += accumulated.RowsOfPeriods[i++])
        {
            places[accumulated.Periods[i]] = from..(from + accumulated.RowsOfPeriods[i]);
        }

        return places;
    }

    /// <summary>The test rows of a period in the history of the model.</summary>
    public static int[] TestRows(HistoryRows history, Range place) => [.. Enumerable.Range(place.Start.Value, place.End.Value - place.Start.Value).Where(row => history.Parts[row] == Part.Test)];
}
