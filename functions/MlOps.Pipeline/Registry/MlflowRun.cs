using System.Globalization;
using System.Text;
using System.Text.Json;
using MlOps.Storage;

namespace MlOps.Pipeline.Registry;

/// <summary>
/// The files of a run in MLflow's file store, which MLflow shows and reads with the folder above them as its tracking URI (<c>mlflow ui --backend-store-uri mlruns</c>),
/// and which anybody reads without it: a metric is a line <c>milliseconds value step</c>, a parameter or a tag is its text.
/// Format: https://mlflow.org/docs/latest/ml/tracking/backend-stores/ (file store).
/// </summary>
internal static class MlflowRun
{
    private const string Experiment = "0";
    private const int SourceLocal = 4;
    private const int Finished = 3;

    /// <summary>Every file by its name below <c>mlruns/</c>; those that describe come last, as without them there is no run.</summary>
    /// <param name="experiment">Name of the experiment: the pipeline.</param>
    /// <param name="runId">Run.</param>
    /// <param name="runName">What people call it.</param>
    /// <param name="at">When it was published, which is the time of its metrics.</param>
    /// <param name="metrics">Metrics by name.</param>
    /// <param name="parameters">Parameters by name.</param>
    /// <param name="tags">Tags by name.</param>
    public static IReadOnlyList<(string Name, string Text)> Files(
        string experiment, string runId, string runName, DateTimeOffset at, IReadOnlyDictionary<string, double> metrics, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> tags)
    {
        var folder = $"{Experiment}/{runId}";
        var time = at.ToUnixTimeMilliseconds();
        return
        [
            .. metrics.Select(m => ($"{folder}/metrics/{m.Key}", string.Create(CultureInfo.InvariantCulture, $"{time} {m.Value:R} 0\n"))),
            .. parameters.Select(p => ($"{folder}/params/{p.Key}", p.Value)),
            .. tags.Append(new("mlflow.runName", runName)).Select(t => ($"{folder}/tags/{t.Key}", t.Value)),
            ($"{folder}/meta.yaml", Yaml(
                ("artifact_uri", $"mlruns/{folder}/artifacts"), ("end_time", time), ("entry_point_name", ""), ("experiment_id", Experiment), ("lifecycle_stage", "active"), ("run_id", runId),
                ("run_name", runName), ("run_uuid", runId), ("source_name", ""), ("source_type", SourceLocal), ("source_version", ""), ("start_time", time), ("status", Finished), ("tags", Array.Empty<string>()), ("user_id", ""))),
            // The same whichever run writes it.
            ($"{Experiment}/meta.yaml", Yaml(
                ("artifact_location", $"mlruns/{Experiment}"), ("creation_time", 0), ("experiment_id", Experiment), ("last_update_time", 0), ("lifecycle_stage", "active"), ("name", experiment))),
        ];
    }

    // JSON is YAML.
    private static string Yaml(params (string Name, object Value)[] fields) =>
        fields.Aggregate(new StringBuilder(), (text, field) => text.Append(field.Name).Append(": ").Append(JsonSerializer.Serialize(field.Value, ArtifactJson.Compact)).Append('\n')).ToString();
}
