namespace MlOps.Tuning;

/// <summary>The median rule of Golovin et al. 2017 for any percentile; see <see cref="MedianSettings"/>.</summary>
internal sealed class PercentilePruner(MedianSettings settings) : IPruner
{
    public void Fix(IReadOnlyList<TrialRecord> trials)
    {
        // Nothing is left open by the settings.
    }

    public Judgement Judge(PrunerView view) => new(view.Trial, ShouldPrune(view));

    private bool ShouldPrune(PrunerView view)
    {
        var complete = view.Others.Where(t => t.State == TrialState.Complete).ToList();
        if (complete.Count == 0 || complete.Count < settings.StartupTrials || view.Trial.LastStep is not { } step || step < settings.WarmupSteps || WasJudged(view.Trial, step))
        {
            return false;
        }

        var own = view.Trial.Intermediate.Values.Where(v => !double.IsNaN(v)).ToList();
        if (own.Count == 0)
        {
            return true;
        }

        var best = view.Direction == Direction.Minimize ? own.Min() : own.Max();
        var atStep = complete.Where(t => t.Intermediate.ContainsKey(step)).Select(t => t.Intermediate[step]).ToList();
        if (atStep.Count < settings.MinTrials)
        {
            return false;
        }

        // With no number among the values the percentile is NaN, and nothing is worse than NaN.
        var share = view.Direction == Direction.Minimize ? settings.Share : 100 - settings.Share;
        return view.IsWorse(best, Percentile(atStep, share));
    }

    /// <summary>Whether an earlier report fell into the interval of this step.</summary>
    private bool WasJudged(TrialRecord trial, int step)
    {
        var start = settings.WarmupSteps + ((step - settings.WarmupSteps) / settings.IntervalSteps * settings.IntervalSteps);
        return trial.Intermediate.Keys.Any(earlier => earlier >= start && earlier < step);
    }

    /// <summary>Percentile with linear interpolation between the order statistics, NaN left out; NaN of no values.</summary>
    internal static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Where(v => !double.IsNaN(v)).Order().ToArray();
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        var position = (sorted.Length - 1) * (share / 100);
        var index = (int)Math.Floor(position);
        var (low, high) = (sorted[index], sorted[Math.Min(index + 1, sorted.Length - 1)]);
        var rest = position - index;
        // From the nearer end, so that both ends are met exactly.
        return rest < 0.5 ? low + ((high - low) * rest) : high - ((high - low) * (1 - rest));
    }
}
