using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Storage.Blobs;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.FeatureStore;
using MlOps.Pipeline.Steps.Predict;
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

    /// <summary>Name of the predictions as Parquet in the output container; <see langword="null"/> where the definition asks for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Parquet { get; init; }

    /// <summary>SHA-256 of the predictions as Parquet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ParquetSha256 { get; init; }

    /// <summary>Name of the report in the output container; <see langword="null"/> where there is none.</summary>
    public string? Report { get; init; }

    /// <summary>SHA-256 of the report.</summary>
    public string? ReportSha256 { get; init; }

    /// <summary>The features that the period was predicted from, where the definition keeps them; <see langword="null"/> where it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public KeptFeatures? Features { get; init; }

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
    private const string ParquetType = "application/vnd.apache.parquet";

    /// <summary>Name of a period's predictions in the output container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    public static string PredictionsName(string pipeline, string period) => $"{pipeline}/pred_{period}.csv";

    /// <summary>Name of a period's predictions as Parquet in the output container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    public static string ParquetName(string pipeline, string period) => $"{pipeline}/pred_{period}.parquet";

    /// <summary>Name of a period's manifest in the output container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    public static string ManifestName(string pipeline, string period) => $"{pipeline}/pred_{period}.manifest.json";

    /// <summary>Name of a period's report in the output container.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    public static string ReportName(string pipeline, string period) => $"{pipeline}/pred_{period}.report.html";

    /// <summary>
    /// Writes one revision: the predictions, as Parquet first where they are asked for, so that whoever sees the CSV has both; then the report, last the
    /// manifest, which has the hashes of all. A Parquet file of a revision before never stands beside a CSV that has none.
    /// </summary>
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
        var revision = new PublishedRevision(manifest.Revision, manifest.RunId);
        await using var predictions = await steps.OpenAsync(pipeline, predictStep, PredictStep.PredictionsOutput, cancellation);
        await using var parquet = manifest.Parquet is null ? null : await steps.OpenAsync(pipeline, predictStep, PredictStep.ParquetOutput, cancellation);

        // Kept for good under the run, because the files in the output container are replaced by later revisions.
        if (parquet is not null)
        {
            await PutAsync(account.Artifacts, folder + "predictions.parquet", parquet, ParquetType);
        }

        await PutAsync(account.Artifacts, folder + "predictions.csv", predictions, "text/csv");
        if (report is not null)
        {
            await PutAsync(account.Artifacts, folder + "report.html", new MemoryStream(report), "text/html; charset=utf-8");
        }

        await PutAsync(account.Artifacts, folder + "manifest.json", new MemoryStream(json), "application/json");

        // The bytes of a revision never change, so predictions that are there are left alone; its report and manifest may gain metrics.
        var names = new List<string> { manifest.Predictions, ManifestName(manifest.Pipeline, manifest.Period) };
        if (parquet is not null)
        {
            await RevisionedBlob.PutAsync(account.Output.GetBlobClient(manifest.Parquet), parquet, ParquetType, revision, sameRevisionIsDone: true, cancellation: cancellation);
        }

        await RevisionedBlob.PutAsync(
            account.Output.GetBlobClient(names[0]), predictions, "text/csv", revision with { Companion = manifest.Parquet }, sameRevisionIsDone: true,
            left => account.Output.DeleteBlobIfExistsAsync(left, cancellationToken: cancellation), cancellation);
        if (report is not null)
        {
            names.Add(manifest.Report!);
            await PutAsync(account.Output, manifest.Report!, new MemoryStream(report), "text/html; charset=utf-8");
        }

        await PutAsync(account.Output, names[1], new MemoryStream(json), "application/json");
        if (manifest.Parquet is not null)
        {
            names.Add(manifest.Parquet);
        }

        return names;

        Task PutAsync(BlobContainerClient container, string name, Stream content, string type) =>
            RevisionedBlob.PutAsync(container.GetBlobClient(name), content, type, revision, cancellation: cancellation);
    }

    private async Task<byte[]> ReportAsync(PipelineName pipeline, Manifest manifest, string reportStep, CancellationToken cancellation)
    {
        await using var page = await steps.OpenAsync(pipeline, reportStep, ReportStep.ReportOutput, cancellation);
        var bytes = new byte[page.Length];
        await page.ReadExactlyAsync(bytes, cancellation);
        return new RunFacts(
            manifest.RunId, manifest.Revision, manifest.AsOf, manifest.PredictionsSha256, manifest.CodeVersion, manifest.Steps).PutInto(bytes);
    }
}
