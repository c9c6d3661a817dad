using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>What the first bytes of a file say, before anyone reads it as CSV.</summary>
internal static class ByteCheck
{
    private const string SaveAsUtf8 = "Save it as UTF-8, or declare the encoding in the definition ('csv: {encoding: utf-16}').";

    /// <summary>Looks for an empty file and for encodings that were not declared.</summary>
    /// <param name="head">The first bytes, up to 4,096.</param>
    /// <param name="length">Length of the whole file.</param>
    /// <param name="format">Declared format.</param>
    /// <returns>The reason for refusal, or <see langword="null"/>.</returns>
    public static Finding? Find(ReadOnlySpan<byte> head, long length, CsvFormat format)
    {
        if (length == 0)
        {
            return new Finding("empty-file", 0, 0, null, "The file has no bytes.");
        }

        if (DeclaredWide(format.Encoding))
        {
            return null;
        }

        var name = head switch
        {
            [0xFF, 0xFE, 0, 0, ..] => "UTF-32 (little endian)",
            [0, 0, 0xFE, 0xFF, ..] => "UTF-32 (big endian)",
            [0xFF, 0xFE, ..] => "UTF-16 (little endian)",
            [0xFE, 0xFF, ..] => "UTF-16 (big endian)",
            _ => Utf16WithoutMark(head),
        };
        return name is null
            ? null
            : new Finding("encoding", 1, 0, null, $"The file is written in {name}, and the definition does not say so. {SaveAsUtf8}", First(head));
    }

    private static bool DeclaredWide(string? encoding) =>
        encoding is not null && (encoding.Contains("16", StringComparison.Ordinal) || encoding.Contains("32", StringComparison.Ordinal)
            || encoding.Contains("unicode", StringComparison.OrdinalIgnoreCase));

    // ASCII text in UTF-16 has a zero in every second byte; nothing that is text in another encoding has.
    private static string? Utf16WithoutMark(ReadOnlySpan<byte> head)
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

        return odd > pairs * 3 / 4 && even == 0 ? "UTF-16 (little endian, without a mark)"
            : even > pairs * 3 / 4 && odd == 0 ? "UTF-16 (big endian, without a mark)"
            : null;
    }

    private static string First(ReadOnlySpan<byte> head) => Convert.ToHexString(head[..Math.Min(16, head.Length)]);
}
