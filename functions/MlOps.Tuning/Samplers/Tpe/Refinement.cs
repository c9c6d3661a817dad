namespace MlOps.Tuning;

/// <summary>
/// A step away from the best trial in one parameter. The Parzen estimator seldom leaves the choice of a category that did well early,
/// nor takes the last step on a grid, because trials close by make the candidates there look used up; a step in one coordinate does both.
/// </summary>
internal static class Refinement
{
    /// <summary>Standard deviation of a numeric step as a share of the axis.</summary>
    private const double Share = 1.0 / 20;

    /// <summary>The best trial's parameters with one changed, or null where no complete trial lies in the space.</summary>
    public static ParameterSet? Of(SearchSpace space, IReadOnlyList<SearchParameter> searched, SamplerView view, RandomStream random)
    {
        var sign = view.Direction == Direction.Minimize ? 1 : -1;
        var best = view.Trials.Where(t => t.State == TrialState.Complete && space.Contains(t.Parameters)).MinBy(t => sign * t.Value!.Value);
        if (best is null || searched.Count == 0)
        {
            return null;
        }

        var changed = searched[random.NextIndex(searched.Count)];
        var value = Step(changed, best.Parameters[changed.Name], random);
        return new ParameterSet(space.Parameters.Select(p => KeyValuePair.Create(p.Name, p == changed ? value : best.Parameters[p.Name])));
    }

    private static ParameterValue Step(SearchParameter parameter, ParameterValue from, RandomStream random)
    {
        if (parameter is CategoricalParameter categorical)
        {
            var others = categorical.Choices.Count - 1;
            return categorical.Choices[(categorical.IndexOf(from) + 1 + random.NextIndex(others)) % categorical.Choices.Count];
        }

        var axis = ((NumericParameter)parameter).Axis;
        var mu = axis.Position(from.Number);
        var sigma = (axis.End - axis.Start) * Share;
        var (a, b) = ((axis.Start - mu) / sigma, (axis.End - mu) / sigma);
        var logMass = StandardNormal.LogMass(a, b);
        var value = from.Number;
        // On a coarse grid a draw may round back to where it came from; twenty failures leave the parameter as it is.
        for (var i = 0; i < 20 && value == from.Number; i++)
        {
            value = axis.Value(mu + (sigma * StandardNormal.TruncatedQuantile(random.NextDouble(), a, b, logMass)));
        }

        return value;
    }
}
