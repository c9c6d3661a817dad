using System.Globalization;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// Columns of a history that are numbers but for a text or two that stand in many cells, mostly for a missing value. They are read as texts, each number a
/// category of its own, which nobody means.
/// </summary>
internal static class NumberMarkers
{
    private const int FewestNumbers = 20;
    private const int MostMarkers = 2;
    private const int LongestMarker = 20;

    /// <summary>Tells of such columns, with the setting that reads them as numbers.</summary>
    /// <param name="table">The used columns of the history.</param>
    /// <param name="features">Names of the features that are not declared categories.</param>
    /// <param name="columnOf">Place of a column in the file, from 1.</param>
    /// <param name="warnings">Receives the warnings.</param>
    public static void Tell(Table table, IEnumerable<string> features, Func<string, int> columnOf, FindingList warnings)
    {
        foreach (var column in features.Select(table.Find).OfType<TextColumn>())
        {
            var markers = column.Categories.Where(c => !IsNumber(c)).ToArray();
            if (markers.Length is 0 or > MostMarkers || column.Categories.Count - markers.Length < FewestNumbers || markers.Any(m => m.Length > LongestMarker || m.AsSpan().ContainsAnyInRange('0', '9')))
            {
                continue;
            }

            var isMarker = column.Categories.Select(c => !IsNumber(c)).ToArray();
            var marked = column.Codes.Count(c => c >= 0 && isMarker[c]);
            var shown = FindingList.Shorten(column.Name, 60)!;
            warnings.Add(
                Sentence.Of(
                    "number-marker", ("column", shown), ("marker", markers[0]), ("marked", marked), ("numbers", column.Codes.Count(c => c >= 0) - marked),
                    ("markers", string.Join(", ", markers.Select(m => $"\"{m.Replace("\"", "\\\"", StringComparison.Ordinal)}\"")))),
                column.Name, columnOf(column.Name), 0, markers[0]);
        }
    }

    private static bool IsNumber(string text) => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
