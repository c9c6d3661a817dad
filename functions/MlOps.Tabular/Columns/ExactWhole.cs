namespace MlOps.Tabular;

/// <summary>Decimal fractions as whole numbers: 12.34 is 1234 over a hundred, and that quotient is the very double again.</summary>
internal static class ExactWhole
{
    /// <summary>Finds the whole number of four bytes, above the least, whose quotient by a power of ten is a value to the bit; -0 has none.</summary>
    /// <param name="value">The value, not NaN.</param>
    /// <param name="power">The power of ten.</param>
    /// <param name="whole">The whole number.</param>
    public static bool TryFind(double value, double power, out int whole)
    {
        var rounded = Math.Round(value * power);
        whole = Math.Abs(rounded) <= int.MaxValue ? (int)rounded : int.MinValue;
        return whole != int.MinValue && BitConverter.DoubleToInt64Bits(whole / power) == BitConverter.DoubleToInt64Bits(value);
    }
}
