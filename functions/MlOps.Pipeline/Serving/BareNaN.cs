namespace MlOps.Pipeline.Serving;

/// <summary>NaN written as a word in JSON, which the standard does not know and Python's writer writes all the same.</summary>
internal static class BareNaN
{
    /// <summary>The body with null in the place of each NaN outside of texts; <see langword="null"/> where there is none.</summary>
    /// <param name="body">The body, UTF-8.</param>
    public static byte[]? Replace(ReadOnlySpan<byte> body)
    {
        if (body.IndexOf("NaN"u8) < 0)
        {
            return null;
        }

        using var replaced = new MemoryStream(body.Length + 64);
        var (from, isText, found) = (0, false, false);
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] == '"')
            {
                isText = !isText;
            }
            else if (isText && body[i] == '\\')
            {
                i++;
            }
            else if (!isText && body[i] == 'N' && body[i..].StartsWith("NaN"u8) && (i == 0 || body[i - 1] != '-'))
            {
                replaced.Write(body[from..i]);
                replaced.Write("null"u8);
                (from, found) = (i + 3, true);
                i += 2;
            }
        }

        replaced.Write(body[from..]);
        return found ? replaced.ToArray() : null;
    }
}
