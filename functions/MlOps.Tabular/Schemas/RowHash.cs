using System.Text;

namespace MlOps.Tabular;

/// <summary>
/// 128 bits for a row, the same for rows that are equal in every cell, whatever block they stand in: numbers count by their value, texts by their characters.
/// Among a hundred million rows the chance that two different ones have the same bits is below 1e-22.
/// </summary>
internal static class RowHash
{
    private const ulong Missing = 0xA5A5_5A5A_0F0F_F0F0;

    public static void AddTo(DuplicateSearch search, IReadOnlyList<Column> columns, IReadOnlyDictionary<string, ColumnSchema> expected, long[] lines)
    {
        var low = new ulong[lines.Length];
        var high = new ulong[lines.Length];
        foreach (var column in columns)
        {
            if (column is TextColumn texts)
            {
                // In another block the same column may hold numbers only.
                var isNumeric = expected.GetValueOrDefault(column.Name)?.IsNumeric == true;
                var cells = texts.Categories.Select(c => OfText(c, isNumeric)).ToArray();
                for (var r = 0; r < lines.Length; r++)
                {
                    Mix(ref low[r], ref high[r], texts.Codes[r] < 0 ? Missing : cells[texts.Codes[r]]);
                }
            }
            else if (expected.GetValueOrDefault(column.Name)?.IsNumeric == true)
            {
                var values = ((NumberColumn)column).Values;
                for (var r = 0; r < lines.Length; r++)
                {
                    Mix(ref low[r], ref high[r], OfNumber(values[r]));
                }
            }
            else
            {
                for (var r = 0; r < lines.Length; r++)
                {
                    Mix(ref low[r], ref high[r], column.Text(r) is { } text ? OfText(text, isNumeric: false) : Missing);
                }
            }
        }

        for (var r = 0; r < lines.Length; r++)
        {
            search.Add(new UInt128(high[r], low[r]), lines[r]);
        }
    }

    private static void Mix(ref ulong low, ref ulong high, ulong cell)
    {
        low = HyperLogLog.Mix(low ^ (cell + 0x9E3779B97F4A7C15));
        high = (System.Numerics.BitOperations.RotateLeft(high, 23) ^ cell) * 0xD6E8FEB86659FD93;
    }

    private static ulong OfNumber(double value) => double.IsNaN(value) ? Missing : HyperLogLog.Mix(BitConverter.DoubleToUInt64Bits(value == 0 ? 0 : value));

    private static ulong OfText(string text, bool isNumeric)
    {
        if (isNumeric && NumberParser.TryParse(Encoding.UTF8.GetBytes(text), out var number))
        {
            return OfNumber(number);
        }

        var hash = 14695981039346656037UL;
        foreach (var unit in text)
        {
            hash = HyperLogLog.Mix(hash ^ unit);
        }

        return hash;
    }
}
