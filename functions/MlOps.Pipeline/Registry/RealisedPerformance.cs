
namespace MlOps.Pipeline.Registry;

/// <summary>How good predictions turned out to be.</summary>
/// <param name="Period">Period that was predicted.</param>
/// <param name="ModelVersion">Version of the model that made them.</param>
/// <param name="PredictionsSha256">SHA-256 of the prediction file.</param>
/// <param name="Revision">Revision under which they were published.</param>
/// <param name="Metric">The metric of the gate.</param>
/// <param name="Value">Its value; <see langword="null"/> where the labels cannot give one.</param>
/// <param name="Low">Lower end of its 95 % bootstrap interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Metrics">All metrics by name; <c>rows</c> is the number of rows whose label is known.</param>
public sealed record RealisedPerformance(
    string Period,
    string ModelVersion,
    string PredictionsSha256,
    int Revision,
    string Metric,
    double? Value,
    double? Low,
    double? High,
    IReadOnlyDictionary<string, double> Metrics);
