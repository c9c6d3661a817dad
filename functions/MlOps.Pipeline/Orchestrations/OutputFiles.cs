using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps.Report;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Where predictions came from: <c>output/{pipeline}/pred_{period}.manifest.json</c>.</summary>
public sealed record Manifest
{
    /// <summary>Pipeline's name.</summary>
    public required string Pipeline { get; init; }

    /// <summary>Period predicted.</summary>
    public required string Period { get; init; }

    /// <summary>Revision of the predictions, from 1.</summary>
    public required int Revision { get; init; }

    /// <summary>As-of time: when they took their turn to be published.</summary>
    public required DateTimeOffset AsOf { get; init; }

    /// <summary>The run that made them.</summary>
    public required string RunId { get; init; }

    /// <summary>Name of the predictions in the output container.</summary>
    public required string Predictions { get; init; }

    /// <summary>SHA-256 of the predictions.</summary>
    public required string PredictionsSha256 { get; init; }

    /// <summary>Name of the report in the output container; <see langword="null"/> where there is none.</summary>
    public string? Report { get; init; }

    /// <summary>SHA-256 of the report.</summary>
    public string? ReportSha256 { get; init; }

    /// <summary>Rows predicted.</summary>
    public required long Rows { get; init; }

    /// <summary>SHA-256 of the model.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Version of the model in the registry, under <c>artifacts/{pipeline}/models/</c>.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>Key of the step that holds the model, under <c>artifacts/{pipeline}/steps/</c>.</summary>
    public required string ModelStep { get; init; }

    /// <summary>Which model predicted, and why: its version, the champion before it, the evidence.</summary>
    public required PromoteResult Promotion { get; init; }

    /// <summary>The file that was predicted.</summary>
    public required PinnedDrop Drop { get; init; }

    /// <summary>The files that the model that predicted was trained on, in order: those of its entry in the registry.</summary>
    public required IReadOnlyList<PinnedDrop> History { get; init; }

    /// <summary>Hash of the pinned definition, at <c>artifacts/{pipeline}/definitions/{hash}.yaml</c>.</summary>
    public required string DefinitionHash { get; init; }

    /// <summary>Parameters of the learner of the model that predicted.</summary>
    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    /// <summary>Metrics by part and name.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Metrics { get; init; }

    /// <summary>Steps with their content keys.</summary>
    public required IReadOnlyList<StepOutcome> Steps { get; init; }

    /// <summary>W3C trace context of the run.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Version of this product.</summary>
    public required string CodeVersion { get; init; }

    /// <summary>The manifest with what the registry knows of the model that predicted; earlier versions of this product wrote what the run had learned from.</summary>
    /// <param name="model">The model of <see cref="ModelVersion"/>.</param>
    public Manifest Of(Registry.ModelVersion model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var metrics = new SortedDictionary<string, IReadOnlyDictionary<string, double>>(model.Metrics.ToDictionary(m => m.Key, m => m.Value, StringComparer.Ordinal), StringComparer.Ordinal);
        if (Metrics.TryGetValue(RunMetrics.DropPart, out var drop))
        {
            metrics[RunMetrics.DropPart] = drop;
        }

        return this with { History = model.History, Parameters = model.Parameters, Metrics = metrics };
    }
}

/// <summary>
/// Writes published files so that each appears whole or not at all. Every revision is first kept under the run that made it; the
/// output container then gets the newest, and never goes back to an older one.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="steps">Reads the predictions.</param>
public sealed class OutputFiles(StorageAccount account, StepRunner steps)
{
    private const string RevisionMark = "revision";
    private const string RunMark = "run";
    private const int AttemptsMax = 10;

    /// <summary>Name of a period's predictions in the output container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    public static string PredictionsName(string pipeline, string period) => $"{pipeline}/pred_{period}.csv";

    /// <summary>Name of a period's manifest in the output container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    public static string ManifestName(string pipeline, string period) => $"{pipeline}/pred_{period}.manifest.json";

    /// <summary>Name of a period's report in the output container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    public static string ReportName(string pipeline, string period) => $"{pipeline}/pred_{period}.report.html";

    /// <summary>Writes one revision: the predictions, then the report, last the manifest, which has the hashes of both.</summary>
    /// <param name="manifest">The revision.</param>
    /// <param name="predictStep">Key of the step whose output <c>predictions.csv</c> it is.</param>
    /// <param name="reportStep">Key of the step whose output <c>report.html</c> is published with the run's facts; <see langword="null"/> for none.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>Names in the output container.</returns>
    public async Task<IReadOnlyList<string>> WriteAsync(
        Manifest manifest, string predictStep, string? reportStep, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var pipeline = PipelineName.Parse(manifest.Pipeline);
        var folder = $"{pipeline}/runs/{RunId.Parse(manifest.RunId)}/";
        var report = reportStep is null ? null : await ReportAsync(pipeline, manifest, reportStep, cancellation);
        if (report is not null)
        {
            manifest = manifest with { Report = ReportName(manifest.Pipeline, manifest.Period), ReportSha256 = ContentHash.Of(report) };
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(manifest, ArtifactJson.Indented);
        await using var predictions = await steps.OpenAsync(pipeline, predictStep, "predictions.csv", cancellation);

        // Kept for good under the run, because the files in the output container are replaced by later revisions.
        await PutAsync(account.Artifacts.GetBlobClient(folder + "predictions.csv"), predictions, "text/csv", manifest, cancellation);
        if (report is not null)
        {
            await PutAsync(account.Artifacts.GetBlobClient(folder + "report.html"), new MemoryStream(report), "text/html; charset=utf-8", manifest, cancellation);
        }

        await PutAsync(account.Artifacts.GetBlobClient(folder + "manifest.json"), new MemoryStream(json), "application/json", manifest, cancellation);

        var names = new List<string> { manifest.Predictions, ManifestName(manifest.Pipeline, manifest.Period) };
        await PutAsync(account.Output.GetBlobClient(names[0]), predictions, "text/csv", manifest, cancellation, sameRevisionIsDone: true);
        if (report is not null)
        {
            names.Add(manifest.Report!);
            await PutAsync(account.Output.GetBlobClient(names[2]), new MemoryStream(report), "text/html; charset=utf-8", manifest, cancellation);
        }

        await PutAsync(account.Output.GetBlobClient(names[1]), new MemoryStream(json), "application/json", manifest, cancellation);
        return names;
    }

    private async Task<byte[]> ReportAsync(PipelineName pipeline, Manifest manifest, string reportStep, CancellationToken cancellation)
    {
        await using var page = await steps.OpenAsync(pipeline, reportStep, ReportStep.ReportOutput, cancellation);
        var bytes = new byte[page.Length];
        await page.ReadExactlyAsync(bytes, cancellation);
        return new RunFacts(
            manifest.RunId, manifest.Revision, manifest.AsOf, manifest.PredictionsSha256, manifest.CodeVersion, manifest.Steps).PutInto(bytes);
    }

    // One conditional upload, so that a writer that was thought dead can never put an older revision over a newer one.
    // The bytes of a revision never change, so predictions that are there are left alone; its report and manifest may gain metrics.
    private static async Task PutAsync(
        BlobClient blob, Stream content, string type, Manifest manifest, CancellationToken cancellation, bool sameRevisionIsDone = false)
    {
        for (var attempt = 1; attempt <= AttemptsMax; attempt++)
        {
            var (etag, revision, run) = await LookAsync(blob, cancellation);
            if (revision > manifest.Revision || (revision == manifest.Revision && (sameRevisionIsDone || run == manifest.RunId)))
            {
                return;
            }

            content.Position = 0;
            var options = new BlobUploadOptions
            {
                HttpHeaders = new BlobHttpHeaders { ContentType = type },
                Metadata = new Dictionary<string, string> { [RevisionMark] = $"{manifest.Revision}", [RunMark] = manifest.RunId },
                Conditions = etag is { } known
                    ? new BlobRequestConditions { IfMatch = known }
                    : new BlobRequestConditions { IfNoneMatch = ETag.All },
            };
            try
            {
                await blob.UploadAsync(content, options, cancellation);
                return;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412)
            {
                // Another writer was faster: look at what is there now.
            }
        }

        throw new IOException($"{blob.BlobContainerName}/{blob.Name} was changed by others {AttemptsMax} times in a row.");
    }

    private static async Task<(ETag? ETag, int Revision, string? Run)> LookAsync(BlobClient blob, CancellationToken cancellation)
    {
        try
        {
            var properties = (await blob.GetPropertiesAsync(cancellationToken: cancellation)).Value;
            properties.Metadata.TryGetValue(RevisionMark, out var revision);
            properties.Metadata.TryGetValue(RunMark, out var run);
            return (properties.ETag, int.TryParse(revision, out var number) ? number : 0, run);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return (null, 0, null);
        }
    }
}
