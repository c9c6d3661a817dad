namespace MlOps.Tuning;

/// <summary>
/// The axis on which samplers see a numeric parameter. Values lie in [Low, High]; positions on the axis in [Start, End]:
/// the values themselves or their logarithms, and with a grid half a step more on either side, so that every grid point
/// owns a cell of the same width.
/// </summary>
internal readonly struct NumericAxis
{
    public NumericAxis(double low, double high, double? step, bool log)
    {
        Low = low;
        High = high;
        Step = step;
        Log = log;
        var half = (step ?? 0) / 2;
        Start = log ? Math.Log(low - half) : low - half;
        End = log ? Math.Log(high + half) : high + half;
    }

    public double Low { get; }

    public double High { get; }

    public double? Step { get; }

    public bool Log { get; }

    /// <summary>Left end of the axis.</summary>
    public double Start { get; }

    /// <summary>Right end of the axis.</summary>
    public double End { get; }

    /// <summary>Position of a value.</summary>
    public double Position(double value) => Log ? Math.Log(value) : value;

    /// <summary>The two ends of a grid point's cell on the axis.</summary>
    public (double Left, double Right) Cell(double value)
    {
        var half = Step!.Value / 2;
        return Log ? (Math.Log(value - half), Math.Log(value + half)) : (value - half, value + half);
    }

    /// <summary>The value at a position: the nearest grid point (half to even), never outside the range.</summary>
    public double Value(double position)
    {
        var value = Log ? Math.Exp(position) : position;
        if (Step is { } step)
        {
            value = Low + (Math.Round((value - Low) / step, MidpointRounding.ToEven) * step);
        }

        return Math.Clamp(value, Low, High);
    }
}
