namespace MlOps.Evaluation.Metrics;

/// <summary>Thresholds by a stated rule. Each is one of the scores, at which a row counts as positive; of equally good ones the highest.</summary>
public static class ThresholdRules
{
    /// <summary>The least total cost of wrong predictions; above every score where predicting no row positive is cheapest.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Probabilities.</param>
    /// <param name="falsePositive">Cost of a negative row that is predicted positive, 0 or more.</param>
    /// <param name="falseNegative">Cost of a positive row that is predicted negative, 0 or more.</param>
    public static double LeastCost(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, double falsePositive, double falseNegative)
    {
        var (missed, wrong, best, threshold) = (Sum(labels), 0.0, falseNegative * Sum(labels), Above);
        foreach (var (positive, negative, score) in Curves.ScoredSteps(labels, scores, default))
        {
            missed -= positive;
            wrong += negative;
            var cost = (falsePositive * wrong) + (falseNegative * missed);
            if (cost < best)
            {
                (best, threshold) = (cost, score);
            }
        }

        return threshold;
    }

    /// <summary>The largest recall among thresholds with at least a precision; above every score where none reaches it.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Probabilities.</param>
    /// <param name="precision">The precision, above 0 and at most 1.</param>
    public static double RecallAtPrecision(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, double precision)
    {
        var (hits, wrong, best, threshold) = (0.0, 0.0, 0.0, Above);
        foreach (var (positive, negative, score) in Curves.ScoredSteps(labels, scores, default))
        {
            hits += positive;
            wrong += negative;
            if (hits > best && hits >= precision * (hits + wrong))
            {
                (best, threshold) = (hits, score);
            }
        }

        return threshold;
    }

    // No probability is above 1, so that no row is positive; a number that every reader of a document takes.
    private const double Above = 2;

    private static double Sum(ReadOnlySpan<double> labels)
    {
        double sum = 0;
        foreach (var label in labels)
        {
            sum += label;
        }

        return sum;
    }
}
