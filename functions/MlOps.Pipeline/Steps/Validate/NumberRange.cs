namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Range of the numbers of a column.</summary>
internal static class NumberRange
{
    /// <summary>Least and greatest number that is not missing; both <see langword="null"/> where all are.</summary>
    public static (double? Least, double? Most) Of(double[] values)
    {
        double least = double.PositiveInfinity, most = double.NegativeInfinity;
        foreach (var value in values)
        {
            if (double.IsFinite(value))
            {
                least = Math.Min(least, value);
                most = Math.Max(most, value);
            }
        }

        return least <= most ? (least, most) : (null, null);
    }
}
