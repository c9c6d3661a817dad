namespace MlOps.Evaluation.Intervals;

/// <summary>
/// Differences of a metric between two models on resamples of the same rows. A resample is kept as the number of times that
/// each row was drawn, so a metric is one pass over rows that were sorted once: fast enough for a decision in every run.
/// <see cref="PairedBootstrap"/> does the same for any metric.
/// </summary>
public static class ResampledDifferences
{
    /// <summary>Weighted mean of losses of model a minus that of model b, for each resample.</summary>
    /// <param name="lossesA">Loss of each row under model a.</param>
    /// <param name="lossesB">Loss of each row under model b.</param>
    /// <param name="resamples">Times that each row was drawn.</param>
    public static double[] MeanDifferences(double[] lossesA, double[] lossesB, IEnumerable<int[]> resamples)
    {
        ArgumentNullException.ThrowIfNull(resamples);
        return [.. resamples.Select(r => WeightedMean(lossesA, r) - WeightedMean(lossesB, r))];
    }

    /// <summary>AUC of model a minus that of model b, for each resample; NaN where a resample lacks a class.</summary>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scoresA">Scores of model a.</param>
    /// <param name="scoresB">Scores of model b.</param>
    /// <param name="resamples">Times that each row was drawn.</param>
    public static double[] AucDifferences(double[] labels, double[] scoresA, double[] scoresB, IEnumerable<int[]> resamples)
    {
        ArgumentNullException.ThrowIfNull(resamples);
        var (a, b) = (new SortedScores(labels, scoresA), new SortedScores(labels, scoresB));
        return [.. resamples.Select(r => a.Auc(r) - b.Auc(r))];
    }

    /// <summary>Seeded resamples: as many rows as there are, drawn with replacement.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="count">Number of resamples.</param>
    /// <param name="seed">Seed.</param>
    public static IEnumerable<int[]> Resamples(int rows, int count, ulong seed)
    {
        var state = seed;
        for (var i = 0; i < count; i++)
        {
            var drawn = new int[rows];
            for (var k = 0; k < rows; k++)
            {
                drawn[(int)Math.BigMul(Next(ref state), (ulong)rows, out _)]++;
            }

            yield return drawn;
        }
    }

    private static double WeightedMean(double[] losses, int[] drawn)
    {
        double sum = 0;
        long count = 0;
        for (var i = 0; i < losses.Length; i++)
        {
            sum += drawn[i] * losses[i];
            count += drawn[i];
        }

        return sum / count;
    }

    // SplitMix64 (Steele, Lea, Flood 2014): small, seedable, and the same on every machine.
    private static ulong Next(ref ulong state)
    {
        state += 0x9e3779b97f4a7c15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9UL;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebUL;
        return z ^ (z >> 31);
    }

    private sealed class SortedScores
    {
        private readonly int[] _order;
        private readonly bool[] _endsTie;
        private readonly bool[] _positive;

        public SortedScores(double[] labels, double[] scores)
        {
            _order = [.. Enumerable.Range(0, scores.Length)];
            Array.Sort((double[])scores.Clone(), _order);
            _endsTie = new bool[_order.Length];
            _positive = new bool[_order.Length];
            for (var i = 0; i < _order.Length; i++)
            {
                _endsTie[i] = i == _order.Length - 1 || scores[_order[i]] != scores[_order[i + 1]];
                _positive[i] = labels[_order[i]] > 0;
            }
        }

        public double Auc(int[] drawn)
        {
            double positives = 0, negatives = 0, area = 0, tiedPositive = 0, tiedNegative = 0;
            for (var i = 0; i < _order.Length; i++)
            {
                (tiedPositive, tiedNegative) = _positive[i]
                    ? (tiedPositive + drawn[_order[i]], tiedNegative)
                    : (tiedPositive, tiedNegative + drawn[_order[i]]);
                if (_endsTie[i])
                {
                    area += tiedPositive * (negatives + (tiedNegative / 2));
                    positives += tiedPositive;
                    negatives += tiedNegative;
                    (tiedPositive, tiedNegative) = (0, 0);
                }
            }

            return area / (positives * negatives);
        }
    }
}
