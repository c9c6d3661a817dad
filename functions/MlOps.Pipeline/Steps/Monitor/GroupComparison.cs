using MlOps.Evaluation.Drift;
using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>How the predictions treat the groups of the columns that the definition names.</summary>
internal static class GroupComparison
{
    /// <summary>Smaller groups are shown but raise no alert and count in no difference.</summary>
    public const int SmallestGroup = 30;

    private const int MostGroups = 20;

    private static readonly Sentence Missing = Sentence.Of("bin-missing");
    private static readonly Sentence Others = Sentence.Of("group-other");
    private static readonly Sentence[] Quarters = [.. Enumerable.Range(1, 4).Select(q => Sentence.Of("group-quarter", ("quarter", q)))];
    private static readonly Dictionary<string, Sentence> Made = new[] { Missing, Others }.Concat(Quarters).ToDictionary(s => s.ToString(), StringComparer.Ordinal);

    /// <summary>One entry a column and set of rows.</summary>
    public static IReadOnlyList<GroupFairness> Of(IReadOnlyList<string> columns, IReadOnlyList<WatchedRows> all, double threshold) =>
        [.. columns.SelectMany(column => all.Where(rows => rows.Rows.Length > 0 && rows.Table.Find(column) is not null).Select(rows => Compare(column, rows, all[0], threshold)))];

    private static GroupFairness Compare(string column, WatchedRows rows, WatchedRows reference, double threshold)
    {
        var groups = Names(rows.Table[column], rows.Rows, reference.Table.Find(column), reference.Rows);
        // Without labels only the rates of predictions mean anything; any label serves to compute them.
        var fairness = Fairness.Of(groups, rows.Labels ?? new double[rows.Rows.Length], rows.Scores, threshold);
        var known = rows.Labels is not null;
        var outcomes = fairness.Groups.Select(g => new GroupOutcome(
            g.Group, (long)g.Rows, g.SelectionRate, g.MeanScore, known ? g.BaseRate : null,
            known ? Finite(g.TruePositiveRate) : null, known ? Finite(g.FalsePositiveRate) : null) { Said = Made.GetValueOrDefault(g.Group) }).ToList();
        var large = new Fairness([.. fairness.Groups.Where(g => g.Rows >= SmallestGroup)]);
        var positives = new Fairness([.. fairness.Groups.Where(g => g.Confusion.TruePositives + g.Confusion.FalseNegatives >= SmallestGroup)]);
        return new GroupFairness(
            column, rows.Name, threshold, outcomes,
            Finite(large.DemographicParityDifference), known ? Finite(positives.EqualOpportunityDifference) : null, known ? Finite(large.CalibrationGapDifference) : null);
    }

    private static string[] Names(Column column, int[] rows, Column? reference, int[] referenceRows)
    {
        if (column is NumberColumn numbers && reference is NumberColumn known)
        {
            double[] values = [.. referenceRows.Select(r => known.Values[r]).Where(double.IsFinite).Order()];
            if (values.Distinct().Take(MostGroups + 1).Count() > MostGroups)
            {
                double[] quartiles = [.. new[] { 0.25, 0.5, 0.75 }.Select(q => NumericBins.Quantile(values, q))];
                return Array.ConvertAll(rows, r => double.IsNaN(numbers.Values[r])
                    ? Missing.ToString()
                    : Quarters[quartiles.Count(q => q <= numbers.Values[r])].ToString());
            }
        }

        var texts = Array.ConvertAll(rows, r => column.Text(r) ?? Missing.ToString());
        var frequent = texts.CountBy(t => t).OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal)
            .Take(MostGroups).Select(t => t.Key).ToHashSet(StringComparer.Ordinal);
        return Array.ConvertAll(texts, t => frequent.Contains(t) ? t : Others.ToString());
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
