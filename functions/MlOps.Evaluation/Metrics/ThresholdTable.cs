namespace MlOps.Evaluation.Metrics;

/// <summary>What a threshold does.</summary>
/// <param name="Threshold">Rows with at least this score are predicted positive.</param>
/// <param name="Predicted">Rows predicted positive.</param>
/// <param name="Found">Positives among them.</param>
public readonly record struct ThresholdPoint(double Threshold, long Predicted, long Found);

/// <summary>What each threshold does, and the largest distance that one puts between the classes.</summary>
public static class ThresholdTable
{
    /// <summary>One point a distinct score, the highest first; of many the ones nearest to equal steps in the rows predicted positive, and always the first and last.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    /// <param name="most">Points at most, two or more.</param>
    public static IReadOnlyList<ThresholdPoint> Of(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);
        var points = new List<ThresholdPoint>();
        long predicted = 0, found = 0;
        foreach (var (positive, negative, score) in Curves.ScoredSteps(labels, scores, default))
        {
            predicted += (long)(positive + negative);
            found += (long)positive;
            points.Add(new ThresholdPoint(score, predicted, found));
        }

        if (points.Count <= most)
        {
            return points;
        }

        var kept = new List<ThresholdPoint> { points[0] };
        var step = 1;
        for (var i = 1; i < points.Count - 1 && kept.Count < most - 1; i++)
        {
            if (points[i].Predicted * (most - 1.0) >= (double)step * predicted)
            {
                kept.Add(points[i]);
                step = (int)(points[i].Predicted * (most - 1.0) / predicted) + 1;
            }
        }

        kept.Add(points[^1]);
        return kept;
    }

    /// <summary>
    /// The two-sample Kolmogorov-Smirnov statistic of the positives' and the negatives' scores: the largest difference of true and false positive rate, and
    /// the threshold at which it is reached, the highest of several. NaN where a class is missing.
    /// </summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    public static (double Statistic, double Threshold) KolmogorovSmirnov(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores)
    {
        var steps = Curves.ScoredSteps(labels, scores, default);
        var (positives, negatives) = (steps.Sum(s => s.Positive), steps.Sum(s => s.Negative));
        if (positives == 0 || negatives == 0)
        {
            return (double.NaN, double.NaN);
        }

        var (best, at, found, wrong) = (0.0, steps[0].Score, 0.0, 0.0);
        foreach (var (positive, negative, score) in steps)
        {
            found += positive;
            wrong += negative;
            var apart = (found / positives) - (wrong / negatives);
            (best, at) = apart > best ? (apart, score) : (best, at);
        }

        return (best, at);
    }
}
