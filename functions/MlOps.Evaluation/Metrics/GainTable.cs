namespace MlOps.Evaluation.Metrics;

/// <summary>An equal share of the rows, by descending score.</summary>
/// <param name="Number">1 for the highest scores.</param>
/// <param name="Rows">Rows.</param>
/// <param name="Highest">Highest score.</param>
/// <param name="Lowest">Lowest score.</param>
/// <param name="Positives">Positives; rows of one score that lie in several groups share theirs evenly, so that the order of rows says nothing.</param>
/// <param name="Rate">Share of positives.</param>
/// <param name="Lift">That share over the share of positives in all rows.</param>
/// <param name="Gain">Share of all positives in this group and those above it.</param>
public readonly record struct GainGroup(int Number, long Rows, double Highest, double Lowest, double Positives, double Rate, double Lift, double Gain);

/// <summary>Gain and lift by groups of descending score.</summary>
public static class GainTable
{
    /// <summary>The groups, the highest scores first; as many as there are rows where these are fewer, and none without a positive row.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Scores.</param>
    /// <param name="groups">Number of groups: 10 for deciles.</param>
    public static IReadOnlyList<GainGroup> Of(ReadOnlySpan<double> labels, ReadOnlySpan<double> scores, int groups)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        var steps = Curves.ScoredSteps(labels, scores, default);
        var (rows, positives) = (labels.Length, steps.Sum(s => s.Positive));
        if (positives == 0)
        {
            return [];
        }

        groups = Math.Min(groups, rows);
        var table = new List<GainGroup>(groups);
        var (at, left, gained) = (0, steps[0].Positive + steps[0].Negative, 0.0);
        for (var k = 0; k < groups; k++)
        {
            var size = ((long)rows * (k + 1) / groups) - ((long)rows * k / groups);
            var (need, found, highest, lowest) = ((double)size, 0.0, double.NaN, double.NaN);
            while (need > 0)
            {
                var (positive, negative, score) = steps[at];
                var taken = Math.Min(need, left);
                found += taken * positive / (positive + negative);
                (highest, lowest) = (double.IsNaN(highest) ? score : highest, score);
                need -= taken;
                left -= taken;
                if (left == 0 && ++at < steps.Count)
                {
                    left = steps[at].Positive + steps[at].Negative;
                }
            }

            gained += found;
            var rate = found / size;
            table.Add(new GainGroup(k + 1, size, highest, lowest, found, rate, rate * rows / positives, k == groups - 1 ? 1 : gained / positives));
        }

        return table;
    }
}
