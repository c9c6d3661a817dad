namespace MlOps.Tuning;

/// <summary>Draws each parameter on its own, uniformly on its axis (for log: uniformly in the logarithm), whatever came before.</summary>
internal sealed class RandomSampler : ISampler
{
    public ParameterSet Sample(SearchSpace space, SamplerView view, RandomStream random) =>
        new(space.Parameters.Select(p => new KeyValuePair<string, ParameterValue>(p.Name, Draw(p, random.NextDouble()))));

    /// <summary>The value of a parameter at the share <paramref name="uniform"/> of its axis.</summary>
    internal static ParameterValue Draw(SearchParameter parameter, double uniform)
    {
        if (parameter is CategoricalParameter categorical)
        {
            return categorical.Choices[(int)(uniform * categorical.Choices.Count)];
        }

        var axis = ((NumericParameter)parameter).Axis;
        return axis.Value(axis.Start + (uniform * (axis.End - axis.Start)));
    }
}
