namespace MlOps.Tuning;

/// <summary>
/// A density over one or more dimensions: a weighted sum of kernels, each the product of one kernel a dimension. In a joint
/// estimator a kernel keeps the parameters of one trial together.
/// </summary>
internal sealed class ParzenEstimator
{
    private readonly double[] _logWeights;

    /// <summary>The estimator of a set of trials.</summary>
    /// <param name="parameters">The dimensions.</param>
    /// <param name="trials">Trials by number; those without a value in every dimension give no kernel.</param>
    /// <param name="bandwidth">How wide numeric kernels are.</param>
    public ParzenEstimator(IReadOnlyList<SearchParameter> parameters, IEnumerable<TrialRecord> trials, TpeBandwidth bandwidth)
    {
        Parameters = parameters;
        var observed = trials.Where(t => parameters.All(p => t.Parameters.TryGet(p.Name, out var value) && p.Observes(value))).ToList();
        Weights = ObservationWeights.OfKernels(observed.Count);
        _logWeights = Array.ConvertAll(Weights, Math.Log);
        Dimensions = [.. parameters.Select(p => KernelsOf(p, observed.ConvertAll(t => t.Parameters[p.Name]), bandwidth, parameters.Count))];
    }

    /// <summary>The dimensions.</summary>
    public IReadOnlyList<SearchParameter> Parameters { get; }

    /// <summary>Weights of the kernels, summing to 1; the prior's is the last.</summary>
    public double[] Weights { get; }

    /// <summary>The kernels by dimension.</summary>
    public IReadOnlyList<Kernels> Dimensions { get; }

    /// <summary>log of the density at a point, given in the order of <see cref="Parameters"/>.</summary>
    public double LogDensity(ReadOnlySpan<ParameterValue> point)
    {
        var sums = _logWeights.AsSpan().ToArray();
        for (var d = 0; d < point.Length; d++)
        {
            Dimensions[d].AddLogDensities(point[d], sums);
        }

        var largest = sums.Max();
        var sum = 0.0;
        foreach (var s in sums)
        {
            sum += Math.Exp(s - largest);
        }

        return largest + Math.Log(sum);
    }

    /// <summary>Draws a point: a kernel by weight, then each dimension from that kernel.</summary>
    public ParameterValue[] Draw(RandomStream random)
    {
        var kernel = Discrete.Draw(Weights, random.NextDouble());
        var point = new ParameterValue[Dimensions.Count];
        for (var d = 0; d < point.Length; d++)
        {
            point[d] = Dimensions[d].Draw(kernel, random.NextDouble());
        }

        return point;
    }

    /// <summary>The kernels of a dimension.</summary>
    /// <param name="parameter">The dimension.</param>
    /// <param name="observations">Observed values within it, oldest first.</param>
    /// <param name="bandwidth">How wide numeric kernels are.</param>
    /// <param name="dimensions">Number of dimensions in the joint space; used by the Scott-like width.</param>
    private static Kernels KernelsOf(SearchParameter parameter, IReadOnlyList<ParameterValue> observations, TpeBandwidth bandwidth, int dimensions) => parameter switch
    {
        CategoricalParameter categorical => new CategoricalKernels(categorical, observations),
        NumericParameter numeric => new NumericKernels(numeric.Axis, observations, bandwidth, dimensions),
        _ => throw new ArgumentException($"{parameter.Name}: a {parameter.GetType().Name} has no kernels.", nameof(parameter)),
    };
}
