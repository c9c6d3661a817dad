namespace MlOps.Tabular;

/// <summary>What the cells of a column are.</summary>
public enum ColumnKind
{
    /// <summary>Numbers, kept as doubles; every whole number in the column is exact (below 2^53 in magnitude).</summary>
    Number,

    /// <summary>Texts, kept as codes into the distinct texts in order of first appearance.</summary>
    Text,

    /// <summary>Truth values, kept as 1 and 0.</summary>
    Boolean,

    /// <summary>Dates or times, kept as seconds since 1970-01-01T00:00:00Z; a time without zone counts as UTC.</summary>
    Date,
}
