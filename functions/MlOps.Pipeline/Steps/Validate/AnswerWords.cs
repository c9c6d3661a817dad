using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// Columns of answers: yes and no, in one of their common pairs of words. Another program writes the same answers as true and false, or as 1 and 0.
/// </summary>
internal static class AnswerWords
{
    private static readonly (string No, string Yes)[] Pairs = [("no", "yes"), ("n", "y"), ("f", "t"), ("off", "on"), ("いいえ", "はい"), ("non", "oui"), ("nein", "ja")];

    /// <summary>How the column writes no and yes; <see langword="null"/> where it has not one spelling of each, or truth values and figures beside them.</summary>
    /// <param name="column">Column of the history.</param>
    public static IReadOnlyList<string>? Of(Column column)
    {
        if (column is not TextColumn text || text.Categories.Any(c => CellValues.IsTruth(c, out _) || c.Trim() is "0" or "1"))
        {
            return null;
        }

        foreach (var (no, yes) in Pairs)
        {
            if (Only(text, no) is { } written && Only(text, yes) is { } other)
            {
                return [written, other];
            }
        }

        return null;
    }

    /// <summary>What the cell answers: 0 for no, 1 for yes; <see langword="null"/> where it is neither.</summary>
    /// <param name="cell">Cell of a later file.</param>
    /// <param name="written">How the history writes no and yes, or false and true.</param>
    public static int? Read(string cell, IReadOnlyList<string> written)
    {
        var trimmed = cell.Trim();
        return Is(trimmed, written[1]) || Is(trimmed, "yes") ? 1 : Is(trimmed, written[0]) || Is(trimmed, "no") ? 0 : null;
    }

    private static string? Only(TextColumn text, string word) => text.Categories.Where(c => Is(c.Trim(), word)).ToArray() is [var one] ? one : null;

    private static bool Is(string text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
