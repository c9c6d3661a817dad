using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>Asks what a model looks at, on a sample of the rows that it never learned from.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="AccumulateKey">Key of the accumulate step of the model: its history, split and transform.</param>
/// <param name="TrainKey">Key of the train step that made the model.</param>
public sealed record ExplainInput(string RunId, string Pipeline, string DefinitionHash, string AccumulateKey, string TrainKey);

/// <summary>The explanation is the step's output <c>explanation.json</c>.</summary>
/// <param name="Rows">Rows of the sample.</param>
/// <param name="Top">The columns that move the raw score most, first the strongest; at most ten.</param>
public sealed record ExplainResult(int Rows, IReadOnlyList<string> Top) : StepResult;

/// <summary>What a model looks at. Contributions are SHAP values of the raw score (log odds for a binary task), by TreeSHAP.</summary>
/// <param name="Part">Part of the history that the sample was drawn from: <c>test</c>, or <c>train</c> where there is no other.</param>
/// <param name="Rows">Rows of the sample.</param>
/// <param name="Outputs">Names of the raw scores: the classes of a multiclass task, otherwise one empty name.</param>
/// <param name="Bias">Expected raw score of each output; with the contributions of a row it adds up to the row's raw score.</param>
/// <param name="Columns">Columns of the file, first the one with the largest mean absolute contribution.</param>
/// <param name="Features">The learner's features, first the one with the largest gain.</param>
/// <param name="ImportanceOnly">Whether the learner tells only how much each column was used in all: contributions are 0 then.</param>
public sealed record Explanation(
    string Part, int Rows, IReadOnlyList<string> Outputs, IReadOnlyList<double> Bias, IReadOnlyList<ColumnEffect> Columns, IReadOnlyList<FeatureImportance> Features,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] bool ImportanceOnly = false);

/// <summary>Importance of one feature of the learner.</summary>
/// <param name="Feature">Name in the model file.</param>
/// <param name="Column">Column of the file that it was made from.</param>
/// <param name="Gain">Sum of the gains of its splits.</param>
/// <param name="Splits">Number of its splits.</param>
public sealed record FeatureImportance(string Feature, string Column, double Gain, double Splits);

/// <summary>What one column of the file does to the raw score, all features that were made from it together.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="IsNumber">Whether its values are numbers; otherwise categories.</param>
/// <param name="Gain">Sum of the gains of its splits.</param>
/// <param name="Splits">Number of its splits.</param>
/// <param name="MeanAbsolute">Mean absolute contribution over the sample, summed over the outputs.</param>
/// <param name="ByOutput">Mean absolute contribution to each output.</param>
/// <param name="Output">Index of the output that it moves most, which <paramref name="Points"/> are about.</param>
/// <param name="Points">One point a row of the sample, in row order; empty for all but the top columns.</param>
public sealed record ColumnEffect(
    string Column, bool IsNumber, double Gain, double Splits, double MeanAbsolute, IReadOnlyList<double> ByOutput, int Output, IReadOnlyList<EffectPoint> Points);

/// <summary>A value of a column and what it did to the raw score of one row.</summary>
/// <param name="Number">The value, where it is a number; <see langword="null"/> where it is missing or a text.</param>
/// <param name="Text">The value, where it is a text.</param>
/// <param name="Contribution">Contribution to the raw score.</param>
public readonly record struct EffectPoint(double? Number, string? Text, double Contribution);
