using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Join;

/// <summary>As of when the rows of a drop are: by the definition's <c>time</c> column, else the first instant of the drop's day.</summary>
internal static class RowTimes
{
    /// <summary>Seconds since 1970-01-01T00:00:00Z; NaN for rows of the history that have no time.</summary>
    /// <param name="table">The drop's rows.</param>
    /// <param name="definition">The definition.</param>
    /// <param name="drop">The drop.</param>
    /// <exception cref="StepRefusedException">The column holds no dates.</exception>
    public static double[] Of(Table table, PipelineDefinition definition, PinnedDrop drop)
    {
        var day = Start(Period.Parse(drop.Period));
        if (definition.Time is not { } time || table.Find(time.Column) is not { } column || column.MissingCount == table.RowCount)
        {
            return [.. Enumerable.Repeat(day, table.RowCount)];
        }

        return column is NumberColumn { Kind: ColumnKind.Date } dates
            ? Array.ConvertAll(dates.Values, value => double.IsNaN(value) ? day : value)
            : throw new StepRefusedException(Sentence.Of(
                "join-time", ("column", time.Column), ("file", drop.BlobName), ("setting", $"{{columns: {{{time.Column}: {{date: y/m/d}}}}}}")));
    }

    /// <summary>The first instant of a period's day, in the same seconds; NaN for the history.</summary>
    public static double Start(Period period) =>
        period.Date is { } day ? (day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalSeconds : double.NaN;
}
