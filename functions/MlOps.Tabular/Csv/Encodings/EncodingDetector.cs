using System.Text;

namespace MlOps.Tabular;

/// <summary>Tells UTF-8, Shift_JIS, EUC-JP, Latin-1 and Windows-1252 apart by the bytes around the first one that is not ASCII.</summary>
internal static class EncodingDetector
{
    /// <summary>Name of the encoding; <see langword="null"/> when the bytes fit none of them.</summary>
    /// <param name="window">Bytes from the first non-ASCII one on.</param>
    /// <param name="complete">Whether the text ends with the window; otherwise its last character may be cut.</param>
    public static string? Detect(ReadOnlySpan<byte> window, bool complete)
    {
        var (sequences, invalid) = CountUtf8(window, complete);
        if (invalid == 0 || sequences > invalid)
        {
            return "utf-8"; // single damaged characters are reported where they stand
        }

        var (isolated, high, longest, c1, c1Punctuation) = HighBytes(window);
        var looksLatin = isolated >= 0.9 * high && c1 == c1Punctuation;
        var shiftJis = ScoreShiftJis(window, complete);
        var eucJp = ScoreEucJp(window, complete);
        if (!looksLatin && Math.Max(shiftJis, eucJp) > 0)
        {
            return eucJp > shiftJis ? "euc-jp" : "shift_jis";
        }

        return looksLatin || (longest <= 2 && c1 == 0) ? c1 == 0 ? "iso-8859-1" : "windows-1252" : sequences > 0 ? "utf-8" : null;
    }

    private static (int Sequences, int Invalid) CountUtf8(ReadOnlySpan<byte> window, bool complete)
    {
        int sequences = 0, invalid = 0;
        while (!window.IsEmpty)
        {
            if (window[0] < 0x80)
            {
                window = window[1..];
                continue;
            }

            var status = Rune.DecodeFromUtf8(window, out _, out var used);
            if (status == System.Buffers.OperationStatus.Done)
            {
                sequences++;
            }
            else if (status == System.Buffers.OperationStatus.NeedMoreData && !complete)
            {
                break;
            }
            else
            {
                // Two or more bytes of a sequence that is cut off are a sign of UTF-8, not against it.
                invalid++;
                sequences += used >= 2 ? 2 : 0;
            }

            window = window[Math.Max(used, 1)..];
        }

        return (sequences, invalid);
    }

    private static (int Isolated, int High, int Longest, int C1, int C1Punctuation) HighBytes(ReadOnlySpan<byte> window)
    {
        int isolated = 0, high = 0, longest = 0, c1 = 0, punctuation = 0, run = 0;
        for (var i = 0; i <= window.Length; i++)
        {
            if (i < window.Length && window[i] >= 0x80)
            {
                run++;
                high++;
                if (window[i] < 0xA0)
                {
                    c1++;
                    punctuation += window[i] is 0x80 or 0x85 or (>= 0x91 and <= 0x97) or 0x99 ? 1 : 0;
                }

                continue;
            }

            isolated += run == 1 ? 1 : 0;
            longest = Math.Max(longest, run);
            run = 0;
        }

        return (isolated, high, longest, c1, punctuation);
    }

    /// <summary>Points for kana and common kanji; -1 when the bytes are not Shift_JIS (JIS X 0208 and Windows-31J extensions).</summary>
    private static int ScoreShiftJis(ReadOnlySpan<byte> window, bool complete)
    {
        var score = 0;
        for (var i = 0; i < window.Length; i++)
        {
            var b = window[i];
            if (b < 0x80 || b is >= 0xA1 and <= 0xDF)
            {
                continue;
            }

            if (b is 0x80 or 0xA0 or > 0xFC)
            {
                return -1;
            }

            if (++i == window.Length)
            {
                return complete ? -1 : score;
            }

            var t = window[i];
            if (t is < 0x40 or 0x7F or > 0xFC)
            {
                return -1;
            }

            score += (b, t) switch { (0x82, >= 0x9F) or (0x83, <= 0x96) => 3, ( >= 0x88 and <= 0x97, _) => 2, _ => 1 };
        }

        return score;
    }

    /// <summary>Points for kana and common kanji; -1 when the bytes are not EUC-JP.</summary>
    private static int ScoreEucJp(ReadOnlySpan<byte> window, bool complete)
    {
        var score = 0;
        for (var i = 0; i < window.Length; i++)
        {
            var b = window[i];
            if (b < 0x80)
            {
                continue;
            }

            var more = b == 0x8F ? 2 : 1;
            if (b is not (0x8E or 0x8F or (>= 0xA1 and <= 0xFE)))
            {
                return -1;
            }

            for (; more > 0; more--)
            {
                if (++i == window.Length)
                {
                    return complete ? -1 : score;
                }

                if (window[i] is < 0xA1 or > 0xFE)
                {
                    return -1;
                }
            }

            score += b switch { 0xA4 or 0xA5 => 4, >= 0xB0 and <= 0xCF => 3, _ => 1 };
        }

        return score;
    }
}
