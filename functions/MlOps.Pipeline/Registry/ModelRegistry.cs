using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Boosting;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Train;

namespace MlOps.Pipeline.Registry;

/// <summary>
/// Versions of models under <c>artifacts/{pipeline}/models/{version}/</c>: <c>model.txt</c>, <c>transform.json</c>, <c>schema.json</c>,
/// <c>metrics.json</c>, the files of an MLflow model (<see cref="MlflowLayout"/>), and <c>model.json</c> last, without which a version does not exist. Nothing of a version ever changes.
/// </summary>
public sealed class ModelRegistry
{
    private const string Descriptor = "model.json";

    private readonly StorageAccount _account;
    private readonly StepRunner _runner;
    private readonly TimeProvider _time;

    internal ModelRegistry(StorageAccount account, StepRunner runner, TimeProvider time)
    {
        _time = time;
        _account = account;
        _runner = runner;
    }

    /// <summary>Registers a trained model; the same model again gives the same version.</summary>
    /// <param name="input">The model's steps.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<RegisterResult> RegisterAsync(RegisterInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var train = (await _runner.ReadRecordAsync(pipeline, input.TrainKey, cancellation)).ResultOf<TrainResult>();
        var evaluation = (await _runner.ReadRecordAsync(pipeline, input.EvaluateKey, cancellation)).ResultOf<EvaluateResult>();
        var accumulate = await _runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var transform = accumulate.Output(AccumulateStep.TransformOutput).Sha256;
        // One model file can serve two transforms (a renamed category): both name the version.
        var hash = ContentHash.OfJson(new[] { train.ModelSha256, transform });
        var version = $"{Period.Parse(input.Period)}-{hash[..8]}";
        var folder = Folder(pipeline, version);
        await CopyAsync(pipeline, input.TrainKey, TrainStep.ModelOutput, folder, cancellation);
        await CopyAsync(pipeline, input.AccumulateKey, AccumulateStep.TransformOutput, folder, cancellation);
        await CopyAsync(pipeline, input.AccumulateKey, AccumulateStep.SchemaOutput, folder, cancellation);
        await CopyAsync(pipeline, input.EvaluateKey, EvaluateStep.MetricsOutput, folder, cancellation);
        await LayOutAsync(pipeline, input, version, hash, folder, cancellation);
        var descriptor = new ModelVersion(
            version, input.Period, input.RunId, train.ModelSha256, transform, input.DefinitionHash, CodeVersion.Current,
            train.Parameters, input.History, evaluation.Metrics, evaluation.Classes, evaluation.Threshold, train.BestIteration,
            input.AccumulateKey, input.TrainKey, input.EvaluateKey);
        await PutAsync(folder + Descriptor, new BinaryData(JsonSerializer.SerializeToUtf8Bytes(descriptor, ArtifactJson.Indented)), cancellation);
        return new RegisterResult(version, train.ModelSha256);
    }

    /// <summary>All versions of a pipeline, ordered by period, then version.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<ModelVersion>> ListAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var versions = new List<ModelVersion>();
        await foreach (var blob in _account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{pipeline}/models/" }, cancellationToken: cancellation))
        {
            var parts = blob.Name.Split('/');
            if (parts.Length == 4 && parts[3] == Descriptor && await FindAsync(pipeline, parts[2], cancellation) is { } version)
            {
                versions.Add(version);
            }
        }

        return [.. versions.OrderBy(v => v.Period, StringComparer.Ordinal).ThenBy(v => v.Version, StringComparer.Ordinal)];
    }

    /// <summary>A version, or <see langword="null"/>.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<ModelVersion?> FindAsync(PipelineName pipeline, string version, CancellationToken cancellation = default)
    {
        try
        {
            var content = await _account.Artifacts.GetBlobClient(Folder(pipeline, version) + Descriptor).DownloadContentAsync(cancellation);
            return JsonSerializer.Deserialize<ModelVersion>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>A version that must exist.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="StepRefusedException">There is no such version.</exception>
    public async Task<ModelVersion> RequireAsync(PipelineName pipeline, string version, CancellationToken cancellation = default) =>
        await FindAsync(pipeline, version, cancellation)
        ?? throw new StepRefusedException($"Pipeline {pipeline} has no model version '{version}'. See `mlops models {pipeline}`.");

    /// <summary>A file of a version: <c>model.txt</c>, <c>transform.json</c>, <c>schema.json</c> or <c>metrics.json</c>.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="file">Name of the file.</param>
    /// <param name="cancellation">Stops the reading.</param>
    internal async Task<BinaryData> ReadAsync(PipelineName pipeline, string version, string file, CancellationToken cancellation) =>
        (await _account.Artifacts.GetBlobClient(Folder(pipeline, version) + file).DownloadContentAsync(cancellation)).Value.Content;

    private static string Folder(PipelineName pipeline, string version) =>
        RunId.TryParse(version, out var safe)
            ? $"{pipeline}/models/{safe}/"
            : throw new FormatException($"'{PipelineName.Shorten(version)}' is not a model version.");

    // The folder of a version is an MLflow model too.
    private async Task LayOutAsync(PipelineName pipeline, RegisterInput input, string version, string hash, string folder, CancellationToken cancellation)
    {
        await using var model = await _runner.OpenAsync(pipeline, input.TrainKey, TrainStep.ModelOutput, cancellation);
        var bytes = await BinaryData.FromStreamAsync(model, cancellation);
        await PutAsync(folder + MlflowLayout.Model, bytes, cancellation);
        foreach (var (name, text) in MlflowLayout.Files(Booster.Load(bytes.ToStream()), version, input.RunId, hash, _time.GetUtcNow()))
        {
            await PutAsync(folder + name, BinaryData.FromString(text), cancellation);
        }
    }

    private async Task CopyAsync(PipelineName pipeline, string key, string output, string folder, CancellationToken cancellation)
    {
        await using var stream = await _runner.OpenAsync(pipeline, key, output, cancellation);
        await PutAsync(folder + output, await BinaryData.FromStreamAsync(stream, cancellation), cancellation);
    }

    private async Task PutAsync(string name, BinaryData content, CancellationToken cancellation)
    {
        try
        {
            await _account.Artifacts.GetBlobClient(name).UploadAsync(
                content, new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } }, cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // Registered before: nothing of a version ever changes.
        }
    }
}
