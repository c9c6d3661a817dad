using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Featurize;

/// <summary>Asks for features: of the history (<c>train</c>) or of the drop to be predicted (<c>score</c>), by one fitted transform.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Part"><c>train</c> or <c>score</c>.</param>
/// <param name="AccumulateKey">Key of the accumulate step, which holds the history, the split and the transform.</param>
/// <param name="Score">The drop to be predicted, for <c>score</c>; <see langword="null"/> for <c>train</c>.</param>
/// <param name="Initial">The history's first drop, whose schema <paramref name="Score"/> was validated against; needed for <c>score</c>.</param>
public sealed record FeaturizeInput(
    string RunId, string Pipeline, string DefinitionHash, string Part, string AccumulateKey, PinnedDrop? Score = null, PinnedDrop? Initial = null);

/// <summary>Features that are stored with the step.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Features">Number of features.</param>
/// <param name="Categorical">Indices of the features that are category codes.</param>
/// <param name="Classes">Number of classes of the label; 0 for a regression.</param>
/// <param name="Warnings">Unseen categories, missing columns.</param>
/// <param name="Folds">Folds of the cross-validation that the training makes; 0 where the valid part validates.</param>
/// <param name="ClassNames">The label's classes in the order of their numbers; of the history only.</param>
/// <param name="OneHotGroups">Indices of the features of each column of which exactly one is 1 in every row; of the history only, <see langword="null"/> for none.</param>
public sealed record FeaturizeResult(
    long Rows, int Features, IReadOnlyList<int> Categorical, int Classes, IReadOnlyList<Finding> Warnings, int Folds = 0,
    IReadOnlyList<string>? ClassNames = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<IReadOnlyList<int>>? OneHotGroups = null) : StepResult;
