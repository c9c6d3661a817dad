namespace MlOps.Tabular;

/// <summary>How the cells of one column are written, where it is not as in the rest of the file.</summary>
public sealed record ColumnFormat
{
    /// <summary>Spellings of a missing cell in this column, in place of <see cref="CsvReadOptions.MissingMarkers"/>; <see langword="null"/> for those.</summary>
    public IReadOnlyList<string>? Missing { get; init; }

    /// <summary>How numbers are written; <see langword="null"/> as in the rest of the file.</summary>
    public NumberNotation? Numbers { get; init; }

    /// <summary>In which order dates are written, where the column is declared as dates; <see langword="null"/> for the year first.</summary>
    public DateOrder? Dates { get; init; }
}
