using MlOps.Boosting;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>The one way from features to scores.</summary>
internal static class Predictions
{
    /// <summary>Probabilities of the positive class, row by row.</summary>
    public static double[] Scores(Booster booster, double[][] columns, StepOptions options) =>
        columns.Length > 0 && columns[0].Length == 0
            ? []
            : booster.Predict(columns, PredictionKind.Probability, threads: options.EffectiveThreads);
}
