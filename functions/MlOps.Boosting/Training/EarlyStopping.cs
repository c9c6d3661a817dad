using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Training;

/// <summary>
/// Stops when some metric of some validation set has not improved by more than min_delta for so many rounds, as
/// LightGBM does; with first_metric_only only the first metric of each set is looked at.
/// </summary>
internal sealed class EarlyStopping(Parameters parameters)
{
    private readonly List<double> _best = [];
    private readonly List<int> _bestIteration = [];

    /// <summary>Best iteration of the metric that stopped the training, or of the first one; 0 before any round.</summary>
    public int BestIteration { get; private set; }

    /// <summary>Looks at a round.</summary>
    /// <param name="iteration">Round, from 1.</param>
    /// <param name="scores">For each validation set, for each metric: the value that counts and whether higher is better.</param>
    /// <returns>Whether to stop.</returns>
    public bool Update(int iteration, IReadOnlyList<IReadOnlyList<(double Value, bool HigherIsBetter)>> scores)
    {
        int slot = 0;
        foreach (IReadOnlyList<(double Value, bool HigherIsBetter)> set in scores)
        {
            for (int metric = 0; metric < set.Count; metric++, slot++)
            {
                if (_best.Count <= slot)
                {
                    _best.Add(double.NegativeInfinity);
                    _bestIteration.Add(0);
                }

                if (parameters.FirstMetricOnly && metric > 0)
                {
                    continue;
                }

                double score = set[metric].HigherIsBetter ? set[metric].Value : -set[metric].Value;
                if (score - _best[slot] > parameters.EarlyStoppingMinDelta)
                {
                    _best[slot] = score;
                    _bestIteration[slot] = iteration;
                }
                else if (iteration - _bestIteration[slot] >= parameters.EarlyStoppingRound)
                {
                    BestIteration = iteration - parameters.EarlyStoppingRound;
                    return true;
                }
            }
        }

        BestIteration = _bestIteration.Count > 0 ? _bestIteration[0] : 0;
        return false;
    }
}
