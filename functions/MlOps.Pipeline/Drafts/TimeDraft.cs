using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Drafts;

/// <summary>The column that says of when the rows of a history are.</summary>
/// <param name="Column">Its name.</param>
/// <param name="IsSure">Whether the rows stand in its order, so that it is taken unless a person takes it out.</param>
/// <param name="Said">What was seen.</param>
public sealed record TimeDraft(string Column, bool IsSure, Sentence Said)
{
    /// <summary>What was seen, in English.</summary>
    public string Reason => Said.ToString();

    private const int FewestRows = 100;
    private const int FewestDays = 12;

    // One row in a hundred may stand elsewhere, as when two files were joined.
    private const double NearlyAll = 0.99;

    private static readonly string[] Names = ["date", "day", "time", "timestamp", "month", "week", "period", "dt", "dteday", "when"];

    /// <summary>Finds it; <see langword="null"/> where no column is one.</summary>
    /// <param name="table">The table, with dates as what they are.</param>
    /// <param name="others">Columns that are something else.</param>
    internal static TimeDraft? Of(Table table, IReadOnlyCollection<string> others) => table.RowCount < FewestRows
        ? null
        : table.Columns.Where(c => !others.Contains(c.Name)).Select(Of).OfType<TimeDraft>().OrderByDescending(t => t.IsSure).ThenByDescending(t => IsNamed(t.Column)).FirstOrDefault();

    private static TimeDraft? Of(Column column)
    {
        var days = Days(column);
        if (days is null || days.Distinct().Take(FewestDays).Count() < FewestDays)
        {
            return null;
        }

        var inOrder = days.Zip(days.Skip(1), (a, b) => b >= a ? 1 : 0).Average() >= NearlyAll;
        (string, object)[] range = [("first", $"{days.Min():yyyy-MM-dd}"), ("last", $"{days.Max():yyyy-MM-dd}")];
        return inOrder ? new TimeDraft(column.Name, true, Sentence.Of("draft-time-ordered", range))
            : IsNamed(column.Name) ? new TimeDraft(column.Name, false, Sentence.Of("draft-time-named", range))
            : null;
    }

    // A birthday is a date too, and tells nothing of when its row is.
    private static bool IsNamed(string name) => name.Split('_', ' ', '-', '.').Any(part => Names.Contains(part, StringComparer.OrdinalIgnoreCase));

    private static DateTime[]? Days(Column column) =>
        column is NumberColumn { Kind: ColumnKind.Date, MissingCount: 0 } dates ? Array.ConvertAll(dates.Values, v => DateTime.UnixEpoch.AddSeconds(v)) : null;
}
