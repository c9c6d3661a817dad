using System.Globalization;

namespace MlOps.Learning.Images;

/// <summary>What is known of a picture: everything that a row of a table and a report need of it.</summary>
/// <param name="Statistics">Simple facts.</param>
/// <param name="Embedding">What the network sees in it: 512 numbers, not negative, four decimals each.</param>
/// <param name="Thumbnail">The picture as a small JPEG.</param>
public sealed record PictureFacts(PictureStatistics Statistics, IReadOnlyList<float> Embedding, byte[] Thumbnail)
{
    /// <summary>Number that changes whenever the same picture would give other facts; part of whatever these are kept under.</summary>
    public const int Version = 1;

    /// <summary>Numbers of an embedding.</summary>
    public const int EmbeddingLength = 512;

    /// <summary>Decimals of an embedding's numbers: finer ones say nothing and are where processors of different kinds differ.</summary>
    internal const int Decimals = 4;

    /// <summary>How the names of the embedding's columns begin.</summary>
    public const string EmbeddingPrefix = "embedding_";

    /// <summary>Names of the columns of a picture: its statistics, then <c>embedding_001</c> to <c>embedding_512</c>.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        [.. PictureStatistics.Names, .. Enumerable.Range(1, EmbeddingLength).Select(i => EmbeddingPrefix + i.ToString("000", CultureInfo.InvariantCulture))];

    /// <summary>The values of <see cref="Columns"/>. A float is written as its shortest decimal text, so that it reads back the same.</summary>
    public IEnumerable<double> Values => [.. Statistics.Values, .. Embedding.Select(e => Math.Round((double)e, Decimals))];
}
