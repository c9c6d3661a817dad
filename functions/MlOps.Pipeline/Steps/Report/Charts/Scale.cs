namespace MlOps.Pipeline.Steps.Report.Charts;

/// <summary>One axis: values to pixels, and where its ticks are.</summary>
/// <param name="Min">Value at the beginning.</param>
/// <param name="Max">Value at the end.</param>
/// <param name="From">Pixel of <paramref name="Min"/>.</param>
/// <param name="To">Pixel of <paramref name="Max"/>.</param>
/// <param name="Log">Whether equal ratios are equal distances; both values are positive then.</param>
internal sealed record Scale(double Min, double Max, double From, double To, bool Log = false)
{
    /// <summary>Pixel of a value; values beyond the axis stay at its ends.</summary>
    public double At(double value)
    {
        var (low, high, v) = Log ? (Math.Log(Min), Math.Log(Max), Math.Log(Math.Max(value, Min))) : (Min, Max, value);
        var share = high > low ? Math.Clamp((v - low) / (high - low), 0, 1) : 0.5;
        return From + (share * (To - From));
    }

    /// <summary>Round values inside the axis: steps of 1, 2 or 5 times a power of ten.</summary>
    public IReadOnlyList<double> Ticks(int about)
    {
        if (!(Max > Min))
        {
            return [Min];
        }

        var rough = (Max - Min) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = (rough / power) switch { <= 1.0 => 1, <= 2.0 => 2, <= 5.0 => 5, _ => 10 } * power;
        var ticks = new List<double>();
        for (var k = Math.Ceiling((Min - (step * 1e-9)) / step); k * step <= Max + (step * 1e-9); k++)
        {
            // Through decimal digits, so that 3 x 0.1 is written 0.3; plus zero, so that minus zero is not.
            ticks.Add(Math.Round(k * step, Math.Clamp((int)-Math.Floor(Math.Log10(step)), 0, 12)) + 0.0);
        }

        return ticks;
    }

    /// <summary>An axis over the values with a little room at both ends.</summary>
    public static Scale Around(IEnumerable<double> values, double from, double to, double room = 0.04)
    {
        var (min, max) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values.Where(double.IsFinite))
        {
            (min, max) = (Math.Min(min, value), Math.Max(max, value));
        }

        if (!(min <= max))
        {
            return new Scale(0, 1, from, to);
        }

        var extra = max > min ? (max - min) * room : Math.Max(Math.Abs(min) * 0.1, 0.5);
        return new Scale(min - extra, max + extra, from, to);
    }
}
