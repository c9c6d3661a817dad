using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Definitions;

/// <summary>
/// Definitions in the account. A run pins the text that it begins with under its hash, so that a later change of
/// <c>definitions/{pipeline}.yaml</c> never reaches a run that is under way.
/// </summary>
/// <param name="account">The account.</param>
public sealed class DefinitionStore(StorageAccount account)
{
    /// <summary>Copies the current definition to <c>artifacts/{pipeline}/definitions/{hash}.yaml</c> and parses it.</summary>
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

        var definition = PipelineDefinition.Parse(yaml, $"definitions/{pipeline}.yaml");
        var pinned = Pinned(pipeline, definition.Hash);
        try
        {
            await pinned.UploadAsync(
                BinaryData.FromString(yaml),
                new BlobUploadOptions { Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All } },
                cancellation);
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            // The same text was pinned before.
        }

        return definition;
    }

    /// <summary>Reads a pinned definition.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="hash">Hash that <see cref="PinAsync"/> returned with it.</param>
    /// <param name="cancellation">Stops the wait.</param>
    /// <exception cref="InvalidDataException">The stored text does not have that hash.</exception>
    public async Task<PipelineDefinition> LoadAsync(PipelineName pipeline, string hash, CancellationToken cancellation = default)
    {
        var content = await Pinned(pipeline, hash).DownloadContentAsync(cancellation);
        var yaml = content.Value.Content.ToString();
        var actual = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(yaml)));
        if (actual != hash)
        {
            throw new InvalidDataException(
                $"artifacts/{pipeline}/definitions/{hash}.yaml was changed after it was pinned (its SHA-256 is {actual}). Delete it and drop the file again.");
        }

        return PipelineDefinition.Parse(yaml, $"definitions/{pipeline}.yaml");
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
