namespace MlOps.Tabular;

/// <summary>How much a finding matters.</summary>
public enum FindingLevel
{
    /// <summary>Not reported.</summary>
    Ignore,

    /// <summary>Reported; the file is used.</summary>
    Warning,

    /// <summary>The file must not be used as it is.</summary>
    Error,
}

/// <summary>One way in which a file differs from what its schema says.</summary>
/// <param name="Rule">A constant of <see cref="SchemaRules"/>.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Column">The column, if it is about one.</param>
/// <param name="Line">1-based line of the first case; 0 where it is about the file.</param>
/// <param name="Count">Number of cases.</param>
/// <param name="Message">What is wrong, and what to do.</param>
/// <param name="Remark">The same with a code, to be worded in other languages; <see langword="null"/> where there is none.</param>
public sealed record SchemaFinding(string Rule, FindingLevel Level, string? Column, long Line, long Count, string Message, Remark? Remark = null);

/// <summary>What files are checked for.</summary>
public static class SchemaRules
{
    /// <summary>A column is not there.</summary>
    public const string MissingColumn = "missing-column";

    /// <summary>A column is new.</summary>
    public const string AddedColumn = "added-column";

    /// <summary>A column is missing and a new one looks like it.</summary>
    public const string RenamedColumn = "renamed-column";

    /// <summary>A column is of another type.</summary>
    public const string RetypedColumn = "retyped-column";

    /// <summary>The columns stand in another order (which changes nothing: they are found by name).</summary>
    public const string ReorderedColumns = "reordered-columns";

    /// <summary>Numbers far outside the learned range.</summary>
    public const string OutOfRange = "out-of-range";

    /// <summary>Texts that history does not know.</summary>
    public const string UnseenCategory = "unseen-category";

    /// <summary>The share of missing cells has changed.</summary>
    public const string MissingRate = "missing-rate";

    /// <summary>Missing cells in a column that never had any.</summary>
    public const string MissingValue = "missing-value";

    /// <summary>Rows that are equal in every cell.</summary>
    public const string DuplicateRow = "duplicate-row";

    /// <summary>An id occurs twice, in the file or in another one.</summary>
    public const string DuplicateId = "duplicate-id";

    /// <summary>A column has one value only where it had several.</summary>
    public const string ConstantColumn = "constant-column";

    /// <summary>A column alone predicts the label almost perfectly: it probably comes from the label.</summary>
    public const string LeakingColumn = "leaking-column";

    /// <summary>The level of a rule that the schema says nothing of.</summary>
    /// <param name="rule">One of the constants.</param>
    public static FindingLevel DefaultLevel(string rule) => rule switch
    {
        MissingColumn or RenamedColumn or RetypedColumn or DuplicateId => FindingLevel.Error,
        ReorderedColumns => FindingLevel.Ignore,
        _ => FindingLevel.Warning,
    };
}
