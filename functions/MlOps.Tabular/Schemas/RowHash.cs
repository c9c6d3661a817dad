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
                    var (first, second) = texts.Codes[r] < 0 ? (Missing, Missing) : cells[texts.Codes[r]];
                    Mix(ref low[r], ref high[r], first, second);
                }
            }
            else if (expected.GetValueOrDefault(column.Name)?.IsNumeric == true)
            {
                var values = ((NumberColumn)column).Values;
                for (var r = 0; r < lines.Length; r++)
                {
                    var cell = OfNumber(values[r]);
                    Mix(ref low[r], ref high[r], cell, cell);
                }
            }
            else
            {
                for (var r = 0; r < lines.Length; r++)
                {
                    var (first, second) = column.Text(r) is { } text ? OfText(text, isNumeric: false) : (Missing, Missing);
                    Mix(ref low[r], ref high[r], first, second);
                }
            }
        }

        for (var r = 0; r < lines.Length; r++)
        {
            search.Add(new UInt128(high[r], low[r]), lines[r]);
        }
    }

    private static void Mix(ref ulong low, ref ulong high, ulong first, ulong second)
    {
        low = HyperLogLog.Mix(low ^ (first + 0x9E3779B97F4A7C15));
        high = (System.Numerics.BitOperations.RotateLeft(high, 23) ^ second) * 0xD6E8FEB86659FD93;
    }

    private static ulong OfNumber(double value) => double.IsNaN(value) ? Missing : CellHash.Of(value);

    private static (ulong First, ulong Second) OfText(string text, bool isNumeric)
    {
        if (isNumeric && NumberParser.TryParse(Encoding.UTF8.GetBytes(text), out var number))
        {
            var cell = OfNumber(number);
            return (cell, cell);
        }

        return (CellHash.Of(text), CellHash.Other(text));
    }
}
