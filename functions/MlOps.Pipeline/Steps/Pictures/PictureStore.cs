using System.Buffers.Binary;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Learning.Images;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Pictures;

/// <summary>
/// What is known of pictures by the hash of their bytes, <c>artifacts/{pipeline}/pictures/{version}/{sha256}</c>: a picture that comes again, in a file dropped anew
/// with labels or in another period, is not looked at a second time. Losing any of it costs time and nothing else.
/// </summary>
internal sealed class PictureStore(StorageAccount account)
{
    private const int HashLength = 32;

    /// <summary>What is known of a picture; <see langword="null"/> where nothing is, or what is kept is damaged.</summary>
    public async Task<PictureFacts?> FindAsync(PipelineName pipeline, string sha256, CancellationToken cancellation)
    {
        try
        {
            var bytes = (await account.Artifacts.GetBlobClient(Name(pipeline, sha256)).DownloadContentAsync(cancellation)).Value.Content.ToArray();
            return bytes.Length > HashLength && ContentHash.Of(bytes.AsSpan(HashLength)) == Convert.ToHexStringLower(bytes.AsSpan(0, HashLength)) ? Read(bytes.AsSpan(HashLength)) : null;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Keeps it.</summary>
    public Task KeepAsync(PipelineName pipeline, string sha256, PictureFacts facts, CancellationToken cancellation)
    {
        var bytes = Write(facts);
        var options = new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/octet-stream" } };
        return account.Artifacts.GetBlobClient(Name(pipeline, sha256)).UploadAsync(new BinaryData((byte[])[.. Convert.FromHexString(ContentHash.Of(bytes)), .. bytes]), options, cancellation);
    }

    private static string Name(PipelineName pipeline, string sha256) => FormattableString.Invariant($"{pipeline}/pictures/{PictureFacts.Version}/{sha256}");

    // Statistics as doubles, the embedding as floats, the thumbnail: little-endian, one after the other.
    private static byte[] Write(PictureFacts facts)
    {
        var values = facts.Statistics.Values;
        var bytes = new byte[(8 * values.Count) + (4 * facts.Embedding.Count) + facts.Thumbnail.Length];
        var at = 0;
        foreach (var value in values)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(at), value);
            at += 8;
        }

        foreach (var value in facts.Embedding)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(at), value);
            at += 4;
        }

        facts.Thumbnail.CopyTo(bytes, at);
        return bytes;
    }

    private static PictureFacts? Read(ReadOnlySpan<byte> bytes)
    {
        var statistics = new double[PictureStatistics.Names.Count];
        var embedding = new float[PictureFacts.EmbeddingLength];
        if (bytes.Length <= (8 * statistics.Length) + (4 * embedding.Length))
        {
            return null;
        }

        for (var i = 0; i < statistics.Length; i++)
        {
            statistics[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes[(8 * i)..]);
        }

        bytes = bytes[(8 * statistics.Length)..];
        for (var i = 0; i < embedding.Length; i++)
        {
            embedding[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
        }

        return new PictureFacts(
            new PictureStatistics((int)statistics[0], (int)statistics[1], statistics[2], statistics[3], statistics[4], statistics[5]), embedding, bytes[(4 * embedding.Length)..].ToArray());
    }
}
