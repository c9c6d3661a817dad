using System.Globalization;
using MlOps.Evaluation.Drift;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>One column of a period against the training data: a test, two distances and the shares of missing values.</summary>
internal static class ColumnComparison
{
    private const int MostDistinct = 20;
    private const int MostShown = 30;
    private const double FewestExpected = 5;

    /// <summary>Compares; p values are not adjusted yet and nothing is judged.</summary>
    /// <param name="reference">Values that the model learned from.</param>
    /// <param name="current">Values of the period.</param>
    /// <param name="kind"><c>number</c>, <c>category</c> or <c>score</c>.</param>
    /// <param name="importance">Share of the model's gain.</param>
    public static ColumnDrift Compare(ColumnSample reference, ColumnSample current, string kind, double importance)
    {
        var missing = reference.Missing + current.Missing == 0 || reference.Rows + reference.Missing == 0 || current.Rows + current.Missing == 0
            ? double.NaN
            : MissingRate.Compare(reference.Rows + reference.Missing, reference.Missing, current.Rows + current.Missing, current.Missing).PValue;
        var none = new ColumnDrift(
            reference.Name, kind, "none", reference.Rows, current.Rows, null, null, null, null, null, reference.MissingShare, current.MissingShare,
            double.IsNaN(missing) ? null : missing, false, importance, 0, [], null);
        if (reference.Rows < ColumnSample.FewestValues || current.Rows < ColumnSample.FewestValues)
        {
            (string, object)[] facts = [("count", reference.Rows < ColumnSample.FewestValues ? reference.Rows : current.Rows), ("least", ColumnSample.FewestValues)];
            return Untested(none, reference.Rows < ColumnSample.FewestValues ? Sentence.Of("drift-few-before", facts) : Sentence.Of("drift-few-now", facts));
        }

        var (bins, test, method) = reference.IsNumber && !IsDiscrete(reference, current) ? Continuous(reference, current) : Discrete(reference, current);
        if (reference.Missing + current.Missing > 0)
        {
            bins = [.. bins, DriftBin.Of(Sentence.Of("bin-missing"), reference.Missing, current.Missing)];
        }

        var (r, c) = (Shares(bins, b => b.Reference), Shares(bins, b => b.Current));
        var distance = DistributionDistance.JensenShannon(r, c);
        return none with
        {
            Method = method.ToString(),
            MethodSaid = method,
            Statistic = test.Statistic,
            PValue = test.PValue,
            Psi = DistributionDistance.StabilityIndex(DistributionDistance.Fill(r), DistributionDistance.Fill(c)),
            JensenShannon = distance,
            Effect = distance * importance,
            Bins = bins,
        };
    }

    /// <summary>Dates move on by themselves: a comparison would call every period drifted.</summary>
    public static ColumnDrift OfDate(string name, double importance) => NotCompared(name, importance, Sentence.Of("drift-dates"));

    /// <summary>A number that is not compared at all.</summary>
    public static ColumnDrift NotCompared(string name, double importance, Sentence why) => Untested(new ColumnDrift(
        name, "number", "none", 0, 0, null, null, null, null, null, 0, 0, null, false, importance, 0, [], null), why);

    /// <summary>A column without a comparison, with the reason.</summary>
    public static ColumnDrift Untested(ColumnDrift column, Sentence why) => column with { Problem = why.ToString(), ProblemSaid = why };

    private static double[] Shares(IReadOnlyList<DriftBin> bins, Func<DriftBin, long> count) => DistributionDistance.Shares([.. bins.Select(count)]);

    private static bool IsDiscrete(ColumnSample reference, ColumnSample current) => HasFew(reference.Numbers) && HasFew(current.Numbers);

    private static bool HasFew(double[] values)
    {
        var seen = new HashSet<double>();
        foreach (var value in values)
        {
            if (seen.Add(value) && seen.Count > MostDistinct)
            {
                return false;
            }
        }

        return true;
    }

    private static (IReadOnlyList<DriftBin> Bins, (double Statistic, double PValue) Test, Sentence Method) Continuous(ColumnSample reference, ColumnSample current)
    {
        var bins = NumericBins.Deciles(reference.Numbers);
        var (r, c) = (bins.CountOf(reference.Numbers, out _), bins.CountOf(current.Numbers, out _));
        var test = KolmogorovSmirnov.Of(reference.Numbers, current.Numbers);
        return (
            [.. Enumerable.Range(0, bins.Count).Select(i => DriftBin.Of(Range(bins.Edges, i), r[i], c[i]))],
            (test.Statistic, test.StephensPValue()),
            Sentence.Of("drift-method-numbers", ("bins", bins.Count)));
    }

    private static (IReadOnlyList<DriftBin> Bins, (double Statistic, double PValue) Test, Sentence Method) Discrete(ColumnSample reference, ColumnSample current)
    {
        var counted = reference.IsNumber
            ? Union(Count(reference.Numbers), Count(current.Numbers)).OrderBy(v => v.Key).Select(v => new DriftBin(Spell(v.Key), v.Reference, v.Current)).ToList()
            : [.. Union(reference.Categories, current.Categories).OrderByDescending(v => v.Reference + v.Current).ThenBy(v => v.Key, StringComparer.Ordinal)
                .Select(v => new DriftBin(v.Key, v.Reference, v.Current))];
        // The chi-square distribution holds where some rows are expected in each cell; rare values share a bin.
        var least = Math.Min(reference.Rows, current.Rows) / (double)(reference.Rows + current.Rows);
        var frequent = counted.Where(b => (b.Reference + b.Current) * least >= FewestExpected).ToList();
        var shown = reference.IsNumber ? frequent : [.. frequent.Take(MostShown)];
        var (restReference, restCurrent) = (reference.Rows - shown.Sum(b => b.Reference), current.Rows - shown.Sum(b => b.Current));
        if (restReference + restCurrent > 0)
        {
            shown.Add(DriftBin.Of(Sentence.Of("bin-other"), restReference, restCurrent));
        }

        var test = shown.Count < 2
            ? new ChiSquareTest(0, 0, 1)
            : CategoricalDrift.Contingency([.. shown.Select(b => b.Reference)], [.. shown.Select(b => b.Current)]);
        return (shown, (test.Statistic, test.PValue), Sentence.Of("drift-method-values", ("values", shown.Count)));
    }

    private static IEnumerable<(T Key, long Reference, long Current)> Union<T>(IReadOnlyDictionary<T, long> reference, IReadOnlyDictionary<T, long> current)
        where T : notnull => reference.Keys.Union(current.Keys).Select(k => (k, reference.GetValueOrDefault(k), current.GetValueOrDefault(k)));

    private static Dictionary<double, long> Count(double[] values) => values.CountBy(v => v).ToDictionary(p => p.Key, p => (long)p.Value);

    private static Sentence Range(IReadOnlyList<double> edges, int bin) => (bin, edges.Count) switch
    {
        (_, 0) => Sentence.Of("bin-all"),
        (0, _) => Sentence.Of("bin-below", ("edge", Spell(edges[0]))),
        var (i, n) when i == n => Sentence.Of("bin-above", ("edge", Spell(edges[^1]))),
        _ => Sentence.Of("bin-between", ("low", Spell(edges[bin - 1])), ("high", Spell(edges[bin]))),
    };

    private static string Spell(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
