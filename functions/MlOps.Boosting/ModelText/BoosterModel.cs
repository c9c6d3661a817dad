using MlOps.Boosting.Objectives;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.ModelText;

/// <summary>What a model file holds.</summary>
internal sealed record BoosterModel
{
    public required IReadOnlyList<Tree> Trees { get; init; }

    public required int Classes { get; init; }

    /// <summary>Trees of one iteration.</summary>
    public required int TreesPerIteration { get; init; }

    public required IReadOnlyList<string> FeatureNames { get; init; }

    /// <summary>Range or categories of each feature, or "none".</summary>
    public required IReadOnlyList<string> FeatureInfos { get; init; }

    public int LabelIndex { get; init; }

    public IReadOnlyList<int> MonotoneConstraints { get; init; } = [];

    /// <summary>The objective's line; empty when there was none.</summary>
    public string ObjectiveText { get; init; } = string.Empty;

    /// <summary>Converts scores; null when the file names no objective that is known.</summary>
    public Objective? Objective { get; init; }

    /// <summary>Whether the prediction is the mean of the trees rather than their sum (random forest).</summary>
    public bool AveragesOutput { get; init; }

    /// <summary>The lines of the parameters section, without its frame.</summary>
    public string ParametersText { get; init; } = string.Empty;
}
