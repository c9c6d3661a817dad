using MlOps.Boosting.Data;
using MlOps.Boosting.Objectives;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Sampling;

/// <summary>Which sampler the parameters ask for.</summary>
internal static class RowSamplers
{
    /// <summary>The sampler for the parameters.</summary>
    public static RowSampler Create(Dataset data, Parameters parameters, Objective objective)
    {
        if (parameters.DataSampleStrategy == "goss")
        {
            return new GossSampler(data.RowCount, parameters, objective.TreesPerIteration);
        }

        bool balanced = objective.PositiveRows > 0 && (parameters.PosBaggingFraction < 1 || parameters.NegBaggingFraction < 1);
        return parameters.BaggingFreq > 0 && (parameters.BaggingFraction < 1 || balanced)
            ? new BaggingSampler(data, parameters, objective.PositiveRows, balanced)
            : new AllRows();
    }
}

/// <summary>Every row, every round.</summary>
internal sealed unsafe class AllRows() : RowSampler(0, 0)
{
    public override void Draw(int round, float* pairs)
    {
    }
}
