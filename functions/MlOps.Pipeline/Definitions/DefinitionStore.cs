using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>
/// Definitions in the account. A run pins the text that it begins with under its hash, so that a later change of
/// <c>definitions/{pipeline}.yaml</c> never reaches a run that is under way.
/// </summary>
/// <param name="account">The account.</param>
public sealed class DefinitionStore(StorageAccount account)
{
    private const string Extension = ".yaml";
    private const string Since = "since";

    private readonly UnchangingDocuments<PipelineDefinition> _pinned = new(100);

    /// <summary>
    /// Copies the current definition to <c>artifacts/{pipeline}/definitions/{hash}.yaml</c> and parses it. If a person has put an edited schema at
    /// <c>definitions/{pipeline}.schema.json</c>, it is copied too, and its hash stands in the pinned text's first line.
    /// </summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <returns>The definition, or <see langword="null"/> where the pipeline has none.</returns>
    /// <exception cref="DefinitionException">The text is not a valid definition.</exception>
    public async Task<PipelineDefinition?> PinAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        string yaml;
        try
        {
            var content = await account.Definitions.GetBlobClient($"{pipeline}.yaml").DownloadContentAsync(cancellation);
            yaml = content.Value.Content.ToString();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }

        // The mark is this store's alone to set.
        yaml = EditedSchema.HashOf(yaml) is null ? yaml : "\n" + yaml;
        var definition = PipelineDefinition.Parse(yaml, $"definitions/{pipeline}.yaml");
        if (await EditedTextAsync(pipeline, cancellation) is { } schema)
        {
            var hash = Hash(schema);
            await PutAsync(SchemaBlob(pipeline, hash), schema, cancellation);
            yaml = EditedSchema.Mark + hash + "\n" + yaml;
            definition = PipelineDefinition.Parse(yaml, $"definitions/{pipeline}.yaml");
        }

        await PutAsync(Pinned(pipeline, definition.Hash), yaml, cancellation);
        return definition;
    }

    /// <summary>Keeps a text among those that runs have pinned, so that it can be gone back to although no run ever began with it.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="text">A valid definition.</param>
    /// <param name="since">When it became the definition; it may be kept only when it is replaced.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public Task KeepAsync(PipelineName pipeline, string text, DateTimeOffset since, CancellationToken cancellation = default) =>
        PutAsync(Pinned(pipeline, Hash(text)), text, cancellation, since);

    /// <summary>Every text that was the definition, as far as a run began with it or it was replaced over HTTP; the latest to appear first, each once.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<KeptDefinition>> HistoryAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var folder = $"{pipeline}/definitions/";
        var kept = new List<KeptDefinition>();
        await foreach (var blob in account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = folder, Traits = BlobTraits.Metadata }, cancellationToken: cancellation))
        {
            if (blob.Name.EndsWith(Extension, StringComparison.Ordinal) && blob.Name[folder.Length..^Extension.Length] is var hash && ContentHash.IsHash(hash))
            {
                var text = WithoutMark((await account.Artifacts.GetBlobClient(blob.Name).DownloadContentAsync(cancellation)).Value.Content.ToString());
                kept.Add(new KeptDefinition(Hash(text), SinceOf(blob), text));
            }
        }

        // The same text is pinned again under another hash where a person has edited the schema.
        return [.. kept.GroupBy(k => k.Sha256, StringComparer.Ordinal).Select(g => g.MinBy(k => k.At)!).OrderByDescending(k => k.At).ThenBy(k => k.Sha256, StringComparer.Ordinal)];
    }

    /// <summary>The schema that a person edited, as it was pinned with the definition; <see langword="null"/> where there is none.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="definition">A pinned definition.</param>
    /// <param name="cancellation">Stops the wait.</param>
    internal async Task<TableSchema?> LoadSchemaAsync(PipelineName pipeline, PipelineDefinition definition, CancellationToken cancellation)
    {
        if (definition.EditedSchema is not { } hash)
        {
            return null;
        }

        var content = (await SchemaBlob(pipeline, hash).DownloadContentAsync(cancellation)).Value.Content.ToString();
        return Hash(content) == hash
            ? TableSchema.Parse(content)
            : throw new InvalidDataException($"artifacts/{pipeline}/definitions/{hash}.schema.json was changed after it was pinned. Delete it and drop the file again.");
    }

    /// <summary>The schema that a person put in the place of the learned one; <see langword="null"/> where nobody did.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <exception cref="DefinitionException">What was put there is no schema.</exception>
    public async Task<TableSchema?> EditedSchemaAsync(PipelineName pipeline, CancellationToken cancellation = default) =>
        await EditedTextAsync(pipeline, cancellation) is { } text ? TableSchema.Parse(text) : null;

    /// <summary>Puts a schema in the place of the learned one, for every run that begins afterwards.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="schema">The schema.</param>
    /// <param name="cancellation">Stops the wait.</param>
    public Task PutSchemaAsync(PipelineName pipeline, TableSchema schema, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return account.Definitions.GetBlobClient($"{pipeline}.schema.json").UploadAsync(BinaryData.FromString(schema.ToJson()), overwrite: true, cancellation);
    }

    private static string WithoutMark(string yaml) => EditedSchema.HashOf(yaml) is null ? yaml : yaml[(yaml.IndexOf('\n', StringComparison.Ordinal) + 1)..];

    private static DateTimeOffset SinceOf(BlobItem blob) =>
        blob.Metadata is { } metadata && metadata.TryGetValue(Since, out var since)
        && DateTimeOffset.TryParseExact(since, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            ? at
            : blob.Properties.CreatedOn ?? blob.Properties.LastModified ?? default;

    private static async Task PutAsync(BlobClient blob, string text, CancellationToken cancellation, DateTimeOffset? since = null)
    {
        try
        {
            await blob.UploadAsync(
                BinaryData.FromString(text),
                new BlobUploadOptions
                {
                    Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
                    Metadata = since is { } at ? new Dictionary<string, string> { [Since] = at.ToString("O", CultureInfo.InvariantCulture) } : null,
                },
                cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // The same text was pinned before.
        }
    }

    private async Task<string?> EditedTextAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        string text;
        try
        {
            text = (await account.Definitions.GetBlobClient($"{pipeline}.schema.json").DownloadContentAsync(cancellation)).Value.Content.ToString();
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }

        try
        {
            _ = TableSchema.Parse(text);
            return text;
        }
        catch (FormatException e)
        {
            throw new DefinitionException($"definitions/{pipeline}.schema.json", [new DefinitionError(1, 1, e.Message)]);
        }
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private BlobClient SchemaBlob(PipelineName pipeline, string hash) => account.Artifacts.GetBlobClient($"{pipeline}/definitions/{hash}.schema.json");

    /// <summary>Reads a pinned definition.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="hash">Hash that <see cref="PinAsync"/> returned with it.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <exception cref="InvalidDataException">The stored text does not have that hash.</exception>
    public async Task<PipelineDefinition> LoadAsync(PipelineName pipeline, string hash, CancellationToken cancellation = default)
    {
        var blob = Pinned(pipeline, hash);
        if (_pinned.Find(blob.Name) is { } known)
        {
            return known;
        }

        var content = await blob.DownloadContentAsync(cancellation);
        var yaml = content.Value.Content.ToString();
        var actual = Hash(yaml);
        if (actual != hash)
        {
            throw new InvalidDataException(
                $"artifacts/{pipeline}/definitions/{hash}.yaml was changed after it was pinned (its SHA-256 is {actual}). Delete it and drop the file again.");
        }

        return _pinned.Keep(blob.Name, PipelineDefinition.Parse(yaml, $"definitions/{pipeline}.yaml"))!;
    }

    private BlobClient Pinned(PipelineName pipeline, string hash)
    {
        if (hash.Length != 64 || !hash.All(char.IsAsciiHexDigitLower))
        {
            throw new ArgumentException("Not the hash of a definition.", nameof(hash));
        }

        return account.Artifacts.GetBlobClient($"{pipeline}/definitions/{hash}.yaml");
    }
}
