using System.Globalization;
using System.Text.Json;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// Columns of a history that are numbers but for some texts: one or two that stand in many cells, mostly for a missing value, or others such as
/// <c>&gt;95</c>. They are read as texts, each number a category of its own, which nobody means.
/// </summary>
internal static class NumberMarkers
{
    private const int FewestNumbers = 20;
    private const int MostMarkers = 2;
    private const int MostNamed = 5;
    private const int LongestMarker = 20;

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Tells of such columns, with the setting that reads them as numbers.</summary>
    /// <param name="table">The used columns of the history.</param>
    /// <param name="features">Names of the features that are not declared categories.</param>
    /// <param name="columnOf">Place of a column in the file, from 1.</param>
    /// <param name="warnings">Receives the warnings.</param>
    public static void Tell(Table table, IEnumerable<string> features, Func<string, int> columnOf, FindingList warnings)
    {
        foreach (var column in features.Select(table.Find).OfType<TextColumn>())
        {
            var isOther = column.Categories.Select(c => !IsNumber(c)).ToArray();
            string[] others = [.. column.Categories.Where((_, i) => isOther[i])];
            if (others.Length == 0 || column.Categories.Count - others.Length < FewestNumbers)
            {
                continue;
            }

            var counts = new long[column.Categories.Count];
            foreach (var code in column.Codes)
            {
                if (code >= 0)
                {
                    counts[code]++;
                }
            }

            var numbers = counts.Where((_, i) => !isOther[i]).Sum();
            var marked = counts.Sum() - numbers;
            var isMarked = others.Length <= MostMarkers && !Array.Exists(others, m => m.Length > LongestMarker || m.AsSpan().ContainsAnyInRange('0', '9'));
            if (!isMarked && numbers < marked)
            {
                continue; // numbers among names
            }

            // The most frequent first: it is what the setting is about.
            string[] named = [.. Enumerable.Range(0, counts.Length).Where(i => isOther[i]).OrderByDescending(i => counts[i]).ThenBy(i => i).Take(isMarked ? MostMarkers : MostNamed).Select(i => column.Categories[i])];
            var shown = FindingList.Shorten(column.Name, 60)!;
            var quoted = string.Join(", ", named.Select(m => JsonSerializer.Serialize(FindingList.Shorten(m, 60), Relaxed))) + (others.Length > named.Length ? ", …" : "");
            warnings.Add(
                Sentence.Of(
                    isMarked ? "number-marker" : "numbers-among-texts", ("column", shown), ("marker", FindingList.Shorten(named[0], 60)!), ("marked", marked), ("numbers", numbers), ("markers", quoted)),
                column.Name, columnOf(column.Name), 0, named[0]);
        }
    }

    private static bool IsNumber(string text) => double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
}
