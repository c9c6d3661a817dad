namespace MlOps.Tuning;

/// <summary>The kernels of one dimension: one an observation, in the order of observations, the prior's last.</summary>
internal abstract class Kernels
{
    /// <summary>Adds each kernel's log density at a value to <paramref name="sums"/> (one slot a kernel).</summary>
    public abstract void AddLogDensities(ParameterValue value, Span<double> sums);

    /// <summary>Draws a value from one kernel.</summary>
    /// <param name="kernel">Index of the kernel.</param>
    /// <param name="uniform">A uniform random number in [0, 1).</param>
    public abstract ParameterValue Draw(int kernel, double uniform);

    /// <summary>The kernels of a dimension.</summary>
    /// <param name="parameter">The dimension.</param>
    /// <param name="observations">Observed values within it, oldest first.</param>
    /// <param name="bandwidth">How wide numeric kernels are.</param>
    /// <param name="dimensions">Number of dimensions in the joint space; used by the Scott-like width.</param>
    public static Kernels Of(SearchParameter parameter, IReadOnlyList<ParameterValue> observations, TpeBandwidth bandwidth, int dimensions) => parameter switch
    {
        CategoricalParameter categorical => new CategoricalKernels(categorical, observations),
        NumericParameter numeric => new NumericKernels(numeric.Axis, observations, bandwidth, dimensions),
        _ => throw new ArgumentException($"{parameter.Name}: a {parameter.GetType().Name} has no kernels.", nameof(parameter)),
    };
}
