using MlOps.Boosting;
using MlOps.Learning.Learners;
using MlOps.Learning.Onnx;

namespace MlOps.Learning.Boosted;

/// <summary>Trees in LightGBM's text format: boosting, a random forest or a decision tree.</summary>
public sealed class BoostedModel : LearnedModel
{
    /// <summary>A model of trees.</summary>
    /// <param name="booster">The trees.</param>
    public BoostedModel(Booster booster) => Booster = booster;

    /// <summary>The trees.</summary>
    public Booster Booster { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<string> FeatureNames => Booster.FeatureNames;

    /// <inheritdoc/>
    public override int Outputs => Booster.NumberOfClasses;

    /// <inheritdoc/>
    public override bool ExplainsRows => true;

    /// <inheritdoc/>
    public override double[] Predict(double[][] columns, int threads) => Booster.Predict(columns, PredictionKind.Probability, threads: threads);

    /// <summary>TreeSHAP (Lundberg, Erion, Lee 2018).</summary>
    /// <param name="columns">As for <see cref="Predict"/>.</param>
    public override double[] Contributions(double[][] columns) => Booster.Predict(columns, PredictionKind.Contributions, threads: 1);

    /// <inheritdoc/>
    public override double[] Importance() => Booster.FeatureImportance(ImportanceType.Gain);

    /// <inheritdoc/>
    public override double[] Splits() => Booster.FeatureImportance(ImportanceType.Split);

    /// <inheritdoc/>
    internal override string AddTo(OnnxGraph graph, string features) => BoosterNodes.AddTo(Booster, graph, features);

    /// <inheritdoc/>
    public override void Save(Stream stream) => Booster.Save(stream);
}
