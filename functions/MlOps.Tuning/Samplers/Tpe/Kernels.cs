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
}
