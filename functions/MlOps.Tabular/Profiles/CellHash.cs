namespace MlOps.Tabular;

/// <summary>64 bits for a cell, the same for equal cells whatever file or block they stand in: numbers count by their value, texts by their characters.</summary>
internal static class CellHash
{
    /// <summary>Of a number; both zeros are one.</summary>
    public static ulong Of(double value) => HyperLogLog.Mix(BitConverter.DoubleToUInt64Bits(value == 0 ? 0 : value) + 0x9E3779B97F4A7C15);

    /// <summary>Of a text: FNV-1a over its UTF-16 units, mixed.</summary>
    public static ulong Of(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var unit in text)
        {
            hash = (hash ^ unit) * 1099511628211UL;
        }

        return HyperLogLog.Mix(hash);
    }

    /// <summary>Another 64 bits of a text, made in another way from its other end: texts that are alike in one of the two are not in the other.</summary>
    public static ulong Other(string text)
    {
        var hash = (ulong)text.Length;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            hash = HyperLogLog.Mix(hash ^ text[i]) + 0x9E3779B97F4A7C15;
        }

        return hash;
    }
}
