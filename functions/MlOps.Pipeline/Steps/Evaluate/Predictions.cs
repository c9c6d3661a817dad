using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>The one way from features to scores.</summary>
internal static class Predictions
{
    /// <summary>Row by row: the probability of the positive class, or of each class in order, or the value of a regression.</summary>
    public static double[] Scores(LearnedModel model, double[][] columns, StepOptions options) =>
        columns.Length > 0 && columns[0].Length == 0
            ? []
            : model.Predict(columns, options.EffectiveThreads);
}
