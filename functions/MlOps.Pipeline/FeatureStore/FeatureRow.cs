using MlOps.Tabular;

namespace MlOps.Pipeline.FeatureStore;

/// <summary>A column of stored features.</summary>
/// <param name="Name">Name as in the files.</param>
/// <param name="Kind">What its cells are.</param>
public sealed record FeatureColumn(string Name, ColumnKind Kind);

/// <summary>The features of one id, as a period left them.</summary>
/// <param name="Id">The id as the file writes it.</param>
/// <param name="Period">The period whose file had the id last.</param>
/// <param name="Revision">Revision of the period's publication.</param>
/// <param name="Sha256">SHA-256 of the period's feature file, which the row is one of.</param>
/// <param name="WrittenAt">When the period's features were put online.</param>
/// <param name="ExpiresAt">Until when they are served; <see langword="null"/> for as long as the period is among the newest.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Cells">Their cells: a number as double (truth values 1 and 0, dates seconds since 1970), a text, or <see langword="null"/> where missing.</param>
public sealed record FeatureRow(
    string Id, string Period, int Revision, string Sha256, DateTimeOffset WrittenAt, DateTimeOffset? ExpiresAt,
    IReadOnlyList<FeatureColumn> Columns, IReadOnlyList<object?> Cells)
{
    /// <summary>A cell as text, as files have it; <see langword="null"/> where missing.</summary>
    /// <param name="at">Index of its column.</param>
    public string? Text(int at) => Cells[at] switch
    {
        null => null,
        string text => text,
        double number => new NumberColumn(Columns[at].Name, [number], Columns[at].Kind).Text(0),
        var other => throw new InvalidOperationException($"A cell is a {other.GetType().Name}."),
    };
}
