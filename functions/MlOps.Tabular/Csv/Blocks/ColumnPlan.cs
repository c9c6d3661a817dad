namespace MlOps.Tabular;

/// <summary>What is known of a column that is to be parsed.</summary>
internal sealed class ColumnPlan(int source, string name, ColumnKind? declared)
{
    private volatile bool _isText = declared is not (null or ColumnKind.Number);

    /// <summary>Place of the column in the file, from 0.</summary>
    public int Source => source;

    public string Name => name;

    public ColumnKind? Declared => declared;

    /// <summary>
    /// Some block found a cell that is no number, so the column is text whatever the others hold: blocks parsed later need not try. This only saves
    /// time; blocks parsed as numbers before are rewritten when all are joined.
    /// </summary>
    public bool IsText
    {
        get => _isText;
        set => _isText = value;
    }
}
