namespace MlOps.Tuning;

/// <summary>
/// The trials in two: the best tenth (below), from which the density l is made, and the others (above), which give g.
/// Bergstra et al. 2011, section 4, with Optuna's rule for the share and for pruned trials.
/// </summary>
internal static class TrialSplit
{
    /// <summary>How many of n finished trials count as good: a tenth, rounded up, 25 at most.</summary>
    public static int CountBelow(int finished) => (int)Math.Min(Math.Ceiling(0.1 * finished), 25);

    /// <summary>Splits trials; failed ones are left out. Both parts are in order of trial numbers.</summary>
    /// <param name="trials">Trials by number.</param>
    /// <param name="direction">Whether smaller or larger values are better.</param>
    /// <param name="constantLiar">Whether running trials join the part above, which keeps parallel trials apart.</param>
    public static (List<TrialRecord> Below, List<TrialRecord> Above) Split(IReadOnlyList<TrialRecord> trials, Direction direction, bool constantLiar)
    {
        var sign = direction == Direction.Minimize ? 1 : -1;
        // OrderBy is stable: equal values stay in trial order.
        var complete = trials.Where(t => t.State == TrialState.Complete).OrderBy(t => sign * t.Value!.Value);
        var pruned = trials.Where(t => t.State == TrialState.Pruned)
            .OrderBy(t => t.LastStep is { } step ? -(double)step : 1)
            .ThenBy(t => t.LastStep is { } step && !double.IsNaN(t.Intermediate[step]) ? sign * t.Intermediate[step] : double.PositiveInfinity);
        var ranked = complete.Concat(pruned).ToList();
        var below = CountBelow(ranked.Count);
        var running = constantLiar ? trials.Where(t => t.State == TrialState.Running) : [];
        return (
            [.. ranked.Take(below).OrderBy(t => t.Number)],
            [.. ranked.Skip(below).Concat(running).OrderBy(t => t.Number)]);
    }
}
