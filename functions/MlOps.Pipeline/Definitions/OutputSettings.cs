using System.Text.Json.Serialization;

namespace MlOps.Pipeline.Definitions;

/// <summary>The prediction file.</summary>
/// <param name="Id">Header of the id column.</param>
/// <param name="Target">Header of the predicted class or value.</param>
/// <param name="Score">Header of the score.</param>
/// <param name="Threshold">Probability from which on a row is positive.</param>
/// <param name="ThresholdRule"><c>fixed</c>, or chosen on the valid part: <c>f1</c>, <c>cost</c> (least cost of errors), <c>precision</c> (largest recall at a precision).</param>
/// <param name="Reasons">Columns <c>REASON_1</c>, … with what moved each row's score most; 0 for none.</param>
/// <param name="FalsePositiveCost">Cost of a negative row predicted positive, for the rule <c>cost</c>.</param>
/// <param name="FalseNegativeCost">Cost of a positive row predicted negative.</param>
/// <param name="LeastPrecision">Precision for the rule <c>precision</c>.</param>
/// <param name="Onnx">Whether each model version has its whole scoring as <c>model.onnx</c> too.</param>
public sealed record OutputSettings(
    string Id = "ID", string Target = "TARGET", string Score = "SCORE", double Threshold = 0.5, string ThresholdRule = "fixed", int Reasons = 0,
    double FalsePositiveCost = 1, double FalseNegativeCost = 1, double LeastPrecision = 0.5, bool Onnx = false)
{
    /// <summary>Whether the predictions are there as Parquet too, beside the CSV.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Parquet { get; init; }
}

/// <summary>One webhook that is told of every run's end.</summary>
/// <param name="Url">Absolute http or https address.</param>
public sealed record WebhookSettings(string Url);
