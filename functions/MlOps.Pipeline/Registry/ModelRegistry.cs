using MlOps.Pipeline.Wording;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Storage;

namespace MlOps.Pipeline.Registry;

/// <summary>
/// Versions of models under <c>artifacts/{pipeline}/models/{version}/</c>: <c>model.txt</c> or <c>model.zip</c>, <c>transform.json</c>, <c>schema.json</c>,
/// <c>metrics.json</c>, of trees the files of an MLflow model (<see cref="MlflowLayout"/>), <c>model.onnx</c> where the definition asks for it, and <c>model.json</c> last, without which a version does not exist. Nothing of a version ever changes.
/// </summary>
public sealed class ModelRegistry
{
    private const string Descriptor = "model.json";

    private const int Kept = 2000;
    private const int AtOnce = 8;

    private readonly StorageAccount _account;

    // By name and ETag as the listing has them.
    private readonly UnchangingDocuments<ModelVersion> _read = new(Kept);

    /// <summary>Makes the registry of an account.</summary>
    /// <param name="account">The account.</param>
    public ModelRegistry(StorageAccount account) => _account = account;

    /// <summary>All versions of a pipeline, ordered by period, then version.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<ModelVersion>> ListAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var blobs = new List<(string Key, string Version)>();
        await foreach (var blob in _account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{pipeline}/models/" }, cancellationToken: cancellation))
        {
            var parts = blob.Name.Split('/');
            if (parts.Length == 4 && parts[3] == Descriptor)
            {
                blobs.Add(($"{blob.Name} {blob.Properties.ETag}", parts[2]));
            }
        }

        var versions = new ModelVersion?[blobs.Count];
        await Parallel.ForAsync(0, versions.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (i, stop) =>
            versions[i] = _read.Find(blobs[i].Key) ?? _read.Keep(blobs[i].Key, await FindAsync(pipeline, blobs[i].Version, stop)));
        return [.. versions.OfType<ModelVersion>().OrderBy(v => v.Period, StringComparer.Ordinal).ThenBy(v => v.Version, StringComparer.Ordinal)];
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
        ?? throw new StepRefusedException(Sentence.Of("registry-no-version", ("pipeline", pipeline), ("version", version)));

    /// <summary>A file of a version: <see cref="ModelVersion.ModelFile"/>, <c>transform.json</c>, <c>schema.json</c> or <c>metrics.json</c>.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="file">Name of the file.</param>
    /// <param name="cancellation">Stops the reading.</param>
    internal async Task<BinaryData> ReadAsync(PipelineName pipeline, string version, string file, CancellationToken cancellation) =>
        (await _account.Artifacts.GetBlobClient(Folder(pipeline, version) + file).DownloadContentAsync(cancellation)).Value.Content;

    /// <summary>Names and lengths of a version's files, in the order of their names.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<(string Name, long Length)>> FilesAsync(PipelineName pipeline, string version, CancellationToken cancellation = default)
    {
        var (folder, files) = (Folder(pipeline, version), new List<(string, long)>());
        await foreach (var blob in _account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = folder }, cancellationToken: cancellation))
        {
            files.Add((blob.Name[folder.Length..], blob.Properties.ContentLength ?? 0));
        }

        return files;
    }

    /// <summary>The content of one of <see cref="FilesAsync"/>.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="file">Its name, as listed.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<Stream> OpenAsync(PipelineName pipeline, string version, string file, CancellationToken cancellation = default) =>
        await _account.Artifacts.GetBlobClient(Folder(pipeline, version) + file).OpenReadAsync(new BlobOpenReadOptions(allowModifications: false), cancellation);

    /// <summary>Writes a version; <c>model.json</c> comes last. Files that are there stay as they are: nothing of a version ever changes.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">What is known of the version.</param>
    /// <param name="files">Its files by name.</param>
    /// <param name="cancellation">Stops the work.</param>
    internal async Task AddAsync(
        PipelineName pipeline, ModelVersion version, IReadOnlyDictionary<string, BinaryData> files, CancellationToken cancellation)
    {
        var folder = Folder(pipeline, version.Version);
        foreach (var (name, content) in files)
        {
            await PutAsync(folder + name, content, cancellation);
        }

        await PutAsync(folder + Descriptor, new BinaryData(JsonSerializer.SerializeToUtf8Bytes(version, ArtifactJson.Indented)), cancellation);
    }

    private static string Folder(PipelineName pipeline, string version) =>
        RunId.TryParse(version, out var safe)
            ? $"{pipeline}/models/{safe}/"
            : throw new FormatException($"'{PipelineName.Shorten(version)}' is not a model version.");

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
