using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>What the first bytes of a file say, before anyone reads it as CSV.</summary>
internal static class ByteCheck
{
    /// <summary>Looks for an empty file and for encodings that were not declared.</summary>
    /// <param name="head">The first bytes, up to 4,096.</param>
    /// <param name="length">Length of the whole file.</param>
    /// <param name="format">Declared format.</param>
    /// <returns>The reason for refusal, or <see langword="null"/>.</returns>
    public static Finding? Find(ReadOnlySpan<byte> head, long length, CsvFormat format)
    {
        if (length == 0)
        {
            return Finding.Of(Sentence.Of("empty-file"));
        }

        if (DeclaredWide(format.Encoding))
        {
            return null;
        }

        var name = head switch
        {
            [0xFF, 0xFE, 0, 0, ..] => Sentence.Of("little-endian", ("encoding", "UTF-32")),
            [0, 0, 0xFE, 0xFF, ..] => Sentence.Of("big-endian", ("encoding", "UTF-32")),
            [0xFF, 0xFE, ..] => Sentence.Of("little-endian", ("encoding", "UTF-16")),
            [0xFE, 0xFF, ..] => Sentence.Of("big-endian", ("encoding", "UTF-16")),
            _ => Utf32WithoutMark(head) ?? Utf16WithoutMark(head),
        };
        return name is null
            ? null
            : Finding.Of(Sentence.Of("encoding", ("encoding", name), ("setting", Setting(name))), line: 1, text: First(head));
    }

    // As the reader's list of encodings has it.
    private static string Setting(Sentence name) =>
        $"{name.Arguments["encoding"].ToLowerInvariant()}{(name.Code.StartsWith("big", StringComparison.Ordinal) ? "BE" : "")}";

    private static bool DeclaredWide(string? encoding) =>
        encoding is not null && (encoding.Contains("16", StringComparison.Ordinal) || encoding.Contains("32", StringComparison.Ordinal)
            || encoding.Contains("unicode", StringComparison.OrdinalIgnoreCase));

    // ASCII text in UTF-32 has three zeros beside every byte.
    private static Sentence? Utf32WithoutMark(ReadOnlySpan<byte> head)
    {
        var units = Math.Min(head.Length, 512) / 4;
        int big = 0, little = 0;
        for (var i = 0; i < units; i++)
        {
            big += head[4 * i] == 0 && head[(4 * i) + 1] == 0 && head[(4 * i) + 3] != 0 ? 1 : 0;
            little += head[(4 * i) + 3] == 0 && head[(4 * i) + 2] == 0 && head[4 * i] != 0 ? 1 : 0;
        }

        return units < 4 ? null
            : big == units ? Sentence.Of("big-endian-unmarked", ("encoding", "UTF-32"))
            : little == units ? Sentence.Of("little-endian-unmarked", ("encoding", "UTF-32"))
            : null;
    }

    // ASCII text in UTF-16 has a zero in every second byte; nothing that is text in another encoding has.
    private static Sentence? Utf16WithoutMark(ReadOnlySpan<byte> head)
    {
        var pairs = Math.Min(head.Length, 512) / 2;
        if (pairs < 4)
        {
            return null;
        }

        int even = 0, odd = 0;
        for (var i = 0; i < pairs; i++)
        {
            even += head[2 * i] == 0 ? 1 : 0;
            odd += head[(2 * i) + 1] == 0 ? 1 : 0;
        }

        return odd > pairs * 3 / 4 && even == 0 ? Sentence.Of("little-endian-unmarked", ("encoding", "UTF-16"))
            : even > pairs * 3 / 4 && odd == 0 ? Sentence.Of("big-endian-unmarked", ("encoding", "UTF-16"))
            : null;
    }

    private static string First(ReadOnlySpan<byte> head) => Convert.ToHexString(head[..Math.Min(16, head.Length)]);
}
