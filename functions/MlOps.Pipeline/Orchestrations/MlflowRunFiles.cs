using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// What a run tells of its predictions, for MLflow: <c>artifacts/{pipeline}/mlruns/0/{runId}/</c>. First among the metrics stands what to expect of the period
/// (<c>expected_rmse</c> with <c>_lower</c> and <c>_upper</c>, the ends of its 90 % interval), then the random test (<c>test_rmse</c>) and, where the file carries labels, how it came out (<c>drop_rmse</c>).
/// </summary>
/// <param name="account">The account.</param>
public sealed class MlflowRunFiles(StorageAccount account)
{
    /// <summary>Writes the files; written again they are the same.</summary>
    /// <param name="manifest">Where the predictions came from.</param>
    /// <param name="expected">What to expect of them; <see langword="null"/> where nobody asked.</param>
    /// <param name="cancellation">Stops the writing.</param>
    internal async Task WriteAsync(Manifest manifest, ExpectedQuality? expected, CancellationToken cancellation)
    {
        var files = Of(manifest, expected);
        // The run's own description and the experiment's come last.
        const int describing = 2;
        await Task.WhenAll(files.SkipLast(describing).Select(Put));
        foreach (var file in files.TakeLast(describing))
        {
            await Put(file);
        }

        Task Put((string Name, string Text) file) => account.Artifacts.GetBlobClient($"{PipelineName.Parse(manifest.Pipeline)}/mlruns/{file.Name}").UploadAsync(
            BinaryData.FromString(file.Text), new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "text/plain; charset=utf-8" } }, cancellation);
    }

    /// <summary>The files by name.</summary>
    /// <param name="manifest">Where the predictions came from.</param>
    /// <param name="expected">What to expect of them.</param>
    internal static IReadOnlyList<(string Name, string Text)> Of(Manifest manifest, ExpectedQuality? expected)
    {
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var parameters = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["model_version"] = manifest.ModelVersion, ["period"] = manifest.Period };
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (part, values) in manifest.Metrics)
        {
            foreach (var (name, value) in values.Where(v => part is "test" or RunMetrics.DropPart && LeadingMetrics.IsLeading(v.Key)))
            {
                metrics[$"{part}_{name}"] = value;
            }
        }

        if (expected is { IsMeasured: true })
        {
            foreach (var metric in expected.Metrics)
            {
                Add(metric.Name, metric.Point);
                Add(metric.Name + "_lower", metric.Low);
                Add(metric.Name + "_upper", metric.High);
            }
        }

        if (expected is not null)
        {
            // Of fewer than two periods nothing is expected, and the random test is not taken for it.
            parameters["expected_from_periods"] = $"{expected.Periods.Count}";
            tags["mlflow.note.content"] = expected.Said.ToString();
        }

        return MlflowRun.Files(manifest.Pipeline, manifest.RunId, $"{manifest.Pipeline} {manifest.Period}", manifest.AsOf, metrics, parameters, tags);

        void Add(string name, double? value)
        {
            if (value is { } known)
            {
                metrics["expected_" + name] = known;
            }
        }
    }
}
