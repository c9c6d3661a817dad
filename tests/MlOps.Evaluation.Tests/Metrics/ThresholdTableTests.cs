using FsCheck;
using FsCheck.Fluent;
using MlOps.Evaluation.Metrics;

namespace MlOps.Evaluation.Tests.Metrics;

/// <summary>What thresholds do, against counting row by row; gain and lift against their definitions.</summary>
public sealed class ThresholdTableTests
{
    private static readonly double[] Labels = [1, 1, 0, 1, 0, 0, 1, 0, 0, 0];
    private static readonly double[] Scores = [0.9, 0.8, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1];

    [Fact]
    public void A_small_case_is_as_counted_by_hand()
    {
        Assert.Equal(
            [new(0.9, 1, 1), new(0.8, 3, 2), new(0.7, 4, 3), new(0.6, 5, 3), new(0.5, 6, 3), new(0.4, 7, 4), new(0.3, 8, 4), new(0.2, 9, 4), new(0.1, 10, 4)],
            ThresholdTable.Of(Labels, Scores, 100));

        // At 0.7: 3 of 4 positives, 1 of 6 negatives.
        var (distance, at) = ThresholdTable.KolmogorovSmirnov(Labels, Scores);
        Assert.Equal(0.75 - (1 / 6.0), distance, 1e-12);
        Assert.Equal(0.7, at);
    }

    [Fact]
    public void Deciles_have_equal_rows_and_share_the_positives_of_a_tie()
    {
        var table = GainTable.Of(Labels, Scores, 5);

        // The tie at 0.8 holds one positive of two rows: half of it in the first fifth, half in the second.
        Assert.Equal([1.5, 1.5, 0, 1, 0], table.Select(g => g.Positives));
        Assert.Equal([2, 2, 2, 2, 2], table.Select(g => g.Rows));
        Assert.Equal(0.75 / 0.4, table[0].Lift, 1e-12);
        Assert.Equal([0.375, 0.75, 0.75, 1, 1], table.Select(g => g.Gain));
        Assert.Equal((0.9, 0.8), (table[0].Highest, table[0].Lowest));
    }

    [Fact]
    public void Every_threshold_counts_as_row_by_row_counting_does_and_the_order_of_rows_says_nothing() => Prop.ForAll(Cases(), rows =>
    {
        var (labels, scores) = (rows.Select(r => r.Label).ToArray(), rows.Select(r => r.Score).ToArray());
        var backward = rows.Reverse().ToArray();
        var (other, turned) = (backward.Select(r => r.Label).ToArray(), backward.Select(r => r.Score).ToArray());
        var points = ThresholdTable.Of(labels, scores, 8);
        var deciles = GainTable.Of(labels, scores, 10);
        var ks = ThresholdTable.KolmogorovSmirnov(labels, scores);

        return points.Count <= 8 && points.SequenceEqual(ThresholdTable.Of(other, turned, 8))
            && points.All(p => p.Predicted == scores.Count(s => s >= p.Threshold) && p.Found == rows.Count(r => r.Score >= p.Threshold && r.Label > 0))
            && points[^1].Predicted == rows.Length
            && deciles.SequenceEqual(GainTable.Of(other, turned, 10)) && deciles.Sum(d => d.Rows) == (deciles.Count > 0 ? rows.Length : 0)
            && (deciles.Count == 0 || Math.Abs(deciles.Sum(d => d.Positives) - labels.Sum()) < 1e-9)
            && (double.IsNaN(ks.Statistic) || Math.Abs(ks.Statistic - scores.Append(2).Max(t => Rate(rows, 1, t) - Rate(rows, 0, t))) < 1e-12);
    }).QuickCheckThrowOnFailure();

    private static double Rate((double Label, double Score)[] rows, double of, double from) =>
        rows.Count(r => r.Label == of && r.Score >= from) / (double)rows.Count(r => r.Label == of);

    private static Arbitrary<(double Label, double Score)[]> Cases() =>
        (from label in Gen.Elements(0.0, 1.0) from score in Gen.Choose(0, 12) select (label, score / 12.0)).NonEmptyListOf().Select(l => l.ToArray()).ToArbitrary();
}
