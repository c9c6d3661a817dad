using System.Text.Json;
using Azure;
using Azure.Storage.Blobs;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Artifacts;

/// <summary>Remembers the inputs of the last run of each step and scope, only to say which input changed.</summary>
internal static class StepHistory
{
    public static async Task RememberAsync(BlobContainerClient container, StepSpec spec, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(new Last(spec.Version, spec.Inputs), ArtifactJson.Indented);
        await container.GetBlobClient(Name(spec)).UploadAsync(new BinaryData(bytes), overwrite: true, cancellation);
    }

    public static async Task<Sentence> ExplainAsync(BlobContainerClient container, StepSpec spec, CancellationToken cancellation)
    {
        Last? last;
        try
        {
            var content = await container.GetBlobClient(Name(spec)).DownloadContentAsync(cancellation);
            last = JsonSerializer.Deserialize<Last>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact);
        }
        catch (Exception e) when (e is RequestFailedException { Status: 404 } or JsonException)
        {
            last = null;
        }

        if (last is null)
        {
            return Sentence.Of("step-first");
        }

        if (last.Version != spec.Version)
        {
            return Sentence.Of("step-version", ("from", last.Version), ("to", spec.Version));
        }

        var changed = spec.Inputs.Where(i => !last.Inputs.TryGetValue(i.Key, out var old) || old != i.Value).Select(i => i.Key)
            .Concat(last.Inputs.Keys.Where(k => !spec.Inputs.ContainsKey(k)))
            .Order(StringComparer.Ordinal).ToArray();
        return changed.Length == 0 ? Sentence.Of("step-unfinished") : Sentence.Of("step-changed", ("inputs", string.Join(", ", changed)));
    }

    private static string Name(StepSpec spec) => $"{spec.Pipeline}/steps/last/{spec.Name}-{spec.Scope}.json";

    private sealed record Last(int Version, IReadOnlyDictionary<string, string> Inputs);
}
