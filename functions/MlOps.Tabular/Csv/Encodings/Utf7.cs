using System.Buffers;
using System.Text;

namespace MlOps.Tabular;

/// <summary>
/// Recognises UTF-7 (RFC 2152), which old mail programs and spreadsheets write: all of it is ASCII, and what is not stands between + and - as base64 of
/// UTF-16. It is not read, because the platform has given it up for its dangers; taken for ASCII it would be other names and other categories.
/// </summary>
internal static class Utf7
{
    // One such group may be a product code; several, each of which decodes to characters, are not.
    private const int FewestGroups = 3;

    private static readonly SearchValues<byte> Base64 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    /// <summary>Whether the text begins with UTF-7's byte-order mark, or holds its groups and nothing that speaks against it.</summary>
    /// <param name="head">The first bytes of the text.</param>
    public static bool Is(ReadOnlySpan<byte> head)
    {
        if (head is [(byte)'+', (byte)'/', (byte)'v', (byte)'8' or (byte)'9' or (byte)'+' or (byte)'/', ..])
        {
            return true;
        }

        if (head.IndexOfAnyExceptInRange((byte)0, (byte)0x7F) >= 0)
        {
            return false;
        }

        var groups = 0;
        for (int at; (at = head.IndexOf((byte)'+')) >= 0;)
        {
            head = head[(at + 1)..];
            var length = head.IndexOfAnyExcept(Base64);
            if (length < 0)
            {
                break; // the head ends within a group
            }

            if (length == 0 && head[0] == (byte)'-')
            {
                continue; // a plus sign
            }

            if (head[length] != (byte)'-' || !IsText(head[..length]))
            {
                return false; // +49 151, 1e+5, C++ and the like
            }

            groups++;
            head = head[length..];
        }

        return groups >= FewestGroups;
    }

    // Whole units of UTF-16 with nothing but zeros behind them, none of which is ASCII, unassigned or cut in half.
    private static bool IsText(ReadOnlySpan<byte> base64)
    {
        if (base64.Length < 3 || base64.Length % 8 is not (0 or 3 or 6) || base64.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0)
        {
            return false;
        }

        var padded = Encoding.ASCII.GetString(base64).PadRight((base64.Length + 3) / 4 * 4, '=');
        var units = new byte[padded.Length];
        if (!Convert.TryFromBase64String(padded, units, out var count))
        {
            return false;
        }

        var text = Encoding.BigEndianUnicode.GetString(units, 0, count / 2 * 2);
        return text.EnumerateRunes().All(r => r.Value > 0x7F && r != Rune.ReplacementChar && (Rune.IsLetterOrDigit(r) || Rune.IsPunctuation(r) || Rune.IsSymbol(r) || Rune.IsWhiteSpace(r)));
    }
}
