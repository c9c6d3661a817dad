using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>
/// Finds records and cells 64 bytes at a time. Quotes are paired by parity: every byte after an odd number of quotes is inside. That is what
/// <see cref="PlainIndexer"/> means as long as each opening quote stands at the start of a cell and each closing one at its end, which is checked
/// on the way; text that breaks it is left to the plain indexer.
/// </summary>
internal static class VectorIndexer<TLanes>
    where TLanes : struct, IByteLanes
{
    /// <summary>Indexes a block; false when its quotes are irregular (the index is then without meaning).</summary>
    /// <param name="buffer">Holds the text; at least 64 readable bytes follow it.</param>
    /// <param name="start">Where the text starts.</param>
    /// <param name="length">Its length.</param>
    /// <param name="dialect">Without escape and without skipped spaces.</param>
    /// <param name="index">Filled; positions count from <paramref name="start"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    public static bool TryIndex(byte[] buffer, int start, int length, CsvDialect dialect, RecordIndex index)
    {
        index.Clear();
        var delimiter = dialect.DelimiterByte;
        // Without a quote the delimiter stands in, and the quote bits are dropped.
        var quoting = dialect.Quote != '\0' ? ulong.MaxValue : 0;
        var quote = dialect.Quote != '\0' ? dialect.QuoteByte : delimiter;
        ref var text = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(buffer), start);

        ulong insideBefore = 0; // all ones while a quote is open
        ulong closeBefore = 0; // 1 when the byte before was a closing quote
        ulong separatorBefore = 1; // 1 when the byte before ended a cell; so does the start of the text
        ulong irregular = 0;
        var rowStart = 0;
        var rowFirst = 0;
        var rowLine = 0;
        var line = 0;
        var count = 0;
        for (var at = 0; at < length; at += 64)
        {
            TLanes.Compare(ref Unsafe.Add(ref text, at), delimiter, quote, out var delimiters, out var quotes, out var feeds, out var returns);
            quotes &= quoting;
            if (length - at < 64)
            {
                var valid = (1UL << (length - at)) - 1;
                delimiters &= valid;
                quotes &= valid;
                feeds &= valid;
                returns &= valid;
            }

            ulong inside = 0;
            if (returns != 0)
            {
                // A return before a feed belongs to it; the feed ends the line.
                var feedNext = feeds >> 1;
                if ((long)returns < 0 && at + 64 < length && Unsafe.Add(ref text, at + 64) == '\n')
                {
                    feedNext |= 1UL << 63;
                }

                feeds |= returns & ~feedNext;
            }

            var separators = delimiters | feeds;
            if ((quotes | insideBefore | closeBefore) != 0)
            {
                inside = PrefixXor(quotes) ^ insideBefore;
                index.HasQuotes |= quotes != 0;
                insideBefore = (ulong)((long)inside >> 63);
                separators &= ~inside;
                var opens = quotes & inside;
                var closes = quotes & ~inside;
                var afterClose = (closes << 1) | closeBefore;
                var afterSeparator = (separators << 1) | separatorBefore;
                if (length - at < 64)
                {
                    afterClose &= (1UL << (length - at)) - 1;
                }

                irregular |= (opens & ~(afterSeparator | afterClose)) | (afterClose & ~(separators | returns | quotes));
                closeBefore = closes >> 63;
            }

            separatorBefore = separators >> 63;
            if (separators == 0 && (feeds & inside) == 0)
            {
                continue;
            }

            if (count + 64 + RecordIndex.Slack >= index.Ends.Length)
            {
                index.GrowEnds();
            }

            TLanes.Positions(separators, at, ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(index.Ends), count));
            for (var ends = feeds; ends != 0; ends &= ends - 1)
            {
                var bit = ends & (0 - ends);
                line++;
                if ((bit & inside) != 0)
                {
                    continue;
                }

                var position = at + BitOperations.TrailingZeroCount(ends);
                var last = count + BitOperations.PopCount(separators & (bit - 1));
                var end = position > rowStart && Unsafe.Add(ref text, position) == '\n' && Unsafe.Add(ref text, position - 1) == '\r' ? position - 1 : position;
                if (last > rowFirst || end > rowStart)
                {
                    index.Ends[last] = end;
                    index.AddRow(rowStart, rowFirst, last - rowFirst + 1, rowLine);
                }

                rowStart = position + 1;
                rowFirst = last + 1;
                rowLine = line;
            }

            count += BitOperations.PopCount(separators);
        }

        if (irregular != 0 || insideBefore != 0)
        {
            return false;
        }

        index.EndCount = count;
        if (rowStart < length)
        {
            // The last record has no line end.
            index.AddEnd(length);
            index.AddRow(rowStart, rowFirst, index.EndCount - rowFirst, rowLine);
        }

        index.LineCount = line;
        return true;
    }

    /// <summary>Bit i of the answer is the parity of bits 0..i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong PrefixXor(ulong bits)
    {
        if (Pclmulqdq.IsSupported)
        {
            return Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(bits), Vector128<ulong>.AllBitsSet, 0).ToScalar();
        }

        bits ^= bits << 1;
        bits ^= bits << 2;
        bits ^= bits << 4;
        bits ^= bits << 8;
        bits ^= bits << 16;
        return bits ^ (bits << 32);
    }
}
