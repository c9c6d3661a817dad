namespace MlOps.Tabular;

/// <summary>What is known of a column that is to be parsed.</summary>
/// <param name="source">Place of the column in the file, from 0.</param>
/// <param name="name">Its name.</param>
/// <param name="declared">Its kind, where it is declared.</param>
/// <param name="missing">What a missing cell looks like.</param>
/// <param name="numbers">How numbers are written, where not plainly.</param>
/// <param name="dates">In which order dates are written.</param>
internal sealed class ColumnPlan(int source, string name, ColumnKind? declared, MissingMarkers missing, NumberNotation? numbers = null, DateOrder dates = DateOrder.YearFirst)
{
    private volatile bool _isText = declared is not (null or ColumnKind.Number);

    /// <summary>Place of the column in the file, from 0.</summary>
    public int Source => source;

    public string Name => name;

    public ColumnKind? Declared => declared;

    public MissingMarkers Missing => missing;

    public NumberNotation? Numbers => numbers;

    public DateOrder Dates => dates;

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
