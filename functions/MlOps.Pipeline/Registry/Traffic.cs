using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MlOps.Pipeline.Registry;

/// <summary>Which versions meet requests beside the champion. Kept in <c>models/aliases.json</c>, so that a reader never sees one without the other.</summary>
/// <param name="Challenger">The version that answers a share of the rows; <see langword="null"/> for none.</param>
/// <param name="Share">That share, 0 to 1.</param>
/// <param name="Shadow">The version that scores every row too, for the record only; <see langword="null"/> for none.</param>
public sealed record Traffic(string? Challenger, double Share, string? Shadow)
{
    /// <summary>
    /// Whether the challenger answers a row. The same id always gets the same answer, in every process; a larger share keeps the
    /// rows of a smaller one; another challenger gets other rows.
    /// </summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="id">Id of the row.</param>
    public bool IsChallengers(string pipeline, string id)
    {
        if (Challenger is null || Share <= 0)
        {
            return false;
        }

        // A hash that spreads evenly and that every release computes alike; the first 53 bits are a double between 0 and 1.
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{pipeline}\n{Challenger}\n{id}"), hash);
        return (BinaryPrimitives.ReadUInt64BigEndian(hash) >> 11) * (1.0 / (1UL << 53)) < Share;
    }

    /// <summary>What is left of it beside a champion: a version that has become champion is nobody's challenger or shadow.</summary>
    internal Traffic? Beside(string? champion)
    {
        var challenger = Challenger == champion ? null : Challenger;
        var shadow = Shadow == champion ? null : Shadow;
        return challenger is null && shadow is null ? null : new Traffic(challenger, challenger is null ? 0 : Share, shadow);
    }
}
