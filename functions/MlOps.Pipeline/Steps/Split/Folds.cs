namespace MlOps.Pipeline.Steps.Split;

/// <summary>Folds of a cross-validation over all rows that are not test rows.</summary>
internal static class Folds
{
    /// <summary>Fold of a row that is in none, because it judges.</summary>
    public const byte None = byte.MaxValue;

    /// <summary>
    /// A fold for each row: rows of a class are dealt out in the order of their keys' hashes, so that each fold has its share of
    /// every class and the order of rows in a file means nothing.
    /// </summary>
    /// <param name="folds">Number of folds, at least 2.</param>
    /// <param name="parts">Part of each row; test rows are in no fold.</param>
    /// <param name="strata">Class of each row.</param>
    /// <param name="hashes">Hash of each row's key.</param>
    /// <returns>The folds, or <see langword="null"/> where a class has too few rows for two folds to be judged by it.</returns>
    public static byte[]? Assign(int folds, IReadOnlyList<Part> parts, IReadOnlyList<int> strata, IReadOnlyList<ulong> hashes)
    {
        var assigned = new byte[parts.Count];
        Array.Fill(assigned, None);
        var next = 0;
        foreach (var stratum in Enumerable.Range(0, parts.Count).Where(row => parts[row] != Part.Test).GroupBy(row => strata[row]).OrderBy(g => g.Key))
        {
            var rows = stratum.OrderBy(row => hashes[row]).ThenBy(row => row).ToArray();
            if (rows.Length < 2)
            {
                return null;
            }

            // One class goes on where the one before ended: the folds stay equally large.
            foreach (var row in rows)
            {
                assigned[row] = (byte)(next++ % folds);
            }
        }

        return next < folds ? null : assigned;
    }
}
