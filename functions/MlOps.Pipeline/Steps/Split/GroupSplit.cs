namespace MlOps.Pipeline.Steps.Split;

/// <summary>
/// Keeps all rows of a group, such as those of one customer, on one side. A group's part depends on its name and the seed alone: it
/// is the same in every drop. Shares hold over many groups, not exactly.
/// </summary>
internal static class GroupSplit
{
    /// <summary>The part of a group.</summary>
    /// <param name="group">Name of the group.</param>
    /// <param name="test">Share of the groups that judge.</param>
    /// <param name="valid">Share of the other groups that validate.</param>
    /// <param name="seed">Seed.</param>
    public static Part PartOf(string group, double test, double valid, int seed)
    {
        // The upper 53 bits make a number from 0 to 1.
        var place = (StratifiedSplit.Hash((ulong)(uint)seed, group) >> 11) / (double)(1UL << 53);
        return place < test ? Part.Test : place < test + ((1 - test) * valid) ? Part.Valid : Part.Train;
    }

    /// <summary>Folds of whole groups, the largest dealt out first, each to the fold that has the fewest rows.</summary>
    /// <param name="folds">Number of folds, at least 2.</param>
    /// <param name="parts">Part of each row; test rows are in no fold.</param>
    /// <param name="groups">Group of each row.</param>
    /// <returns>The folds, or <see langword="null"/> where there are fewer groups than folds.</returns>
    public static byte[]? Folds(int folds, IReadOnlyList<Part> parts, IReadOnlyList<string> groups)
    {
        var assigned = new byte[parts.Count];
        Array.Fill(assigned, Split.Folds.None);
        var rows = new int[folds];
        var all = Enumerable.Range(0, parts.Count).Where(row => parts[row] != Part.Test).GroupBy(row => groups[row], StringComparer.Ordinal)
            .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).ToArray();
        foreach (var group in all)
        {
            var fold = Array.IndexOf(rows, rows.Min());
            foreach (var row in group)
            {
                assigned[row] = (byte)fold;
                rows[fold]++;
            }
        }

        return all.Length < folds ? null : assigned;
    }
}
