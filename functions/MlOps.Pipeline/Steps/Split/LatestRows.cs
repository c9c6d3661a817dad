namespace MlOps.Pipeline.Steps.Split;

/// <summary>Validation in order of time: the train part is earlier than the valid part.</summary>
internal static class LatestRows
{
    /// <summary>
    /// Makes the latest periods the valid part and all earlier rows the train part; test rows stay what they are. Whole periods are
    /// taken until they hold the share, but never the first one; where there is one only, its last rows are taken.
    /// </summary>
    /// <param name="parts">Part of each row; changed in place.</param>
    /// <param name="rowsOfPeriods">Number of rows of each period, in order.</param>
    /// <param name="valid">Share of the rows that are not test rows.</param>
    public static void Validate(Span<Part> parts, IReadOnlyList<int> rowsOfPeriods, double valid)
    {
        var learned = 0;
        foreach (var part in parts)
        {
            learned += part == Part.Test ? 0 : 1;
        }

        var wanted = Math.Max(1, (int)Math.Floor((learned * valid) + 0.5));
        var (taken, row, period) = (0, parts.Length, rowsOfPeriods.Count - 1);
        if (period == 0)
        {
            for (; row > 0 && taken < wanted; row--)
            {
                taken += parts[row - 1] == Part.Test ? 0 : 1;
            }
        }

        for (; period > 0 && taken < wanted; period--)
        {
            var first = row - rowsOfPeriods[period];
            for (; row > first; row--)
            {
                taken += parts[row - 1] == Part.Test ? 0 : 1;
            }
        }

        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = parts[i] == Part.Test ? Part.Test : i < row ? Part.Train : Part.Valid;
        }
    }
}
