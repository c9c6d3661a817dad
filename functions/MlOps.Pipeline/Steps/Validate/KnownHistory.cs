using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>What a period is held against.</summary>
/// <param name="Schema">Columns of the history and what they are for.</param>
/// <param name="Values">What the history's values look like: learned, or edited by a person.</param>
/// <param name="Ids">Ids of the history; <see langword="null"/> where rows have none.</param>
internal sealed record KnownHistory(FileSchema Schema, TableSchema? Values = null, Column? Ids = null)
{
    private const string File = "initial.csv";

    /// <summary>Those ids of a file that the history has too, with the name of its file: a history may have many more than the file.</summary>
    /// <param name="ids">Ids of the file.</param>
    public IReadOnlyDictionary<string, string>? Known(Column ids)
    {
        if (Ids is null)
        {
            return null;
        }

        var own = new HashSet<string>(ids.RowCount, StringComparer.Ordinal);
        for (var row = 0; row < ids.RowCount; row++)
        {
            if (ids.Text(row) is { } text)
            {
                own.Add(text);
            }
        }

        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var row = 0; row < Ids.RowCount; row++)
        {
            if (Ids.Text(row) is { } text && own.Contains(text))
            {
                known[text] = File;
            }
        }

        return known;
    }

    /// <summary>Whether what the file itself looks like is of use; of the rows of a request it is not.</summary>
    public bool Learns { get; init; } = true;
}
