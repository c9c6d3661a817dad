using Parquet.Schema;

namespace MlOps.Tabular;

/// <summary>How the cells of a column stand in a file: DOUBLE, INT64, BOOLEAN, TIMESTAMP (microseconds, UTC) or STRING, missing cells as null.</summary>
internal abstract class ParquetCells(Field field)
{
    private const double MicrosecondsASecond = 1e6;
    private const double EarliestSecond = -62_135_596_800;
    private const double LatestSecond = 253_402_300_799;
    private const double LargestWhole = 1L << 53;

    /// <summary>The column in the file's schema.</summary>
    public Field Field { get; } = field;

    /// <summary>Cells of the column, in the form that keeps every one of them to the bit.</summary>
    public static ParquetCells Of(Column column, ParquetColumn told)
    {
        var optional = !told.Required;
        if (told.Required && column.MissingCount > 0)
        {
            throw new ArgumentException($"Column '{column.Name}' is told to have a value in every row, but {column.MissingCount} cells are missing.", nameof(told));
        }

        return column switch
        {
            TextColumn text => new Texts(text, new DataField(column.Name, typeof(string), optional)),
            NumberColumn { Kind: ColumnKind.Boolean } truth when truth.Values.All(v => v is 0 or 1 || double.IsNaN(v)) =>
                new Numbers<bool>(truth, new DataField<bool>(column.Name, optional), value => value != 0),
            NumberColumn { Kind: ColumnKind.Date } dates when dates.Values.All(KeptAsTime) =>
                new Numbers<DateTime>(dates, new DateTimeDataField(column.Name, DateTimeFormat.Timestamp, isAdjustedToUTC: true, DateTimeTimeUnit.Micros, optional), Time),
            NumberColumn whole when told.Whole && whole.Values.All(KeptAsWhole) =>
                new Numbers<long>(whole, new DataField<long>(column.Name, optional), value => (long)value),
            NumberColumn numbers => new Numbers<double>(numbers, new DataField<double>(column.Name, optional), value => value),
            _ => throw new ArgumentException($"Column '{column.Name}' is of a kind that has no form in Parquet.", nameof(column)),
        };
    }

    /// <summary>Writes some rows.</summary>
    public abstract Task WriteAsync(Parquet.ParquetRowGroupWriter group, int from, int count);

    /// <summary>Seconds since 1970 of a time.</summary>
    public static double Seconds(DateTime time) => (time.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond / MicrosecondsASecond;

    private static DateTime Time(double seconds) => DateTime.UnixEpoch.AddTicks((long)Math.Round(seconds * MicrosecondsASecond) * TimeSpan.TicksPerMicrosecond);

    private static bool KeptAsTime(double seconds)
    {
        if (double.IsNaN(seconds))
        {
            return true;
        }

        // -0 has no time of its own.
        return seconds >= EarliestSecond && seconds < LatestSecond && BitConverter.DoubleToInt64Bits(Seconds(Time(seconds))) == BitConverter.DoubleToInt64Bits(seconds);
    }

    private static bool KeptAsWhole(double value) =>
        double.IsNaN(value) || (value == Math.Floor(value) && Math.Abs(value) <= LargestWhole && !(value == 0 && double.IsNegative(value)));

    private sealed class Numbers<T>(NumberColumn column, Field field, Func<double, T> form) : ParquetCells(field)
        where T : struct
    {
        public override async Task WriteAsync(Parquet.ParquetRowGroupWriter group, int from, int count)
        {
            var data = (DataField)Field;
            if (data.IsNullable)
            {
                var cells = new T?[count];
                for (var i = 0; i < count; i++)
                {
                    var value = column.Values[from + i];
                    cells[i] = double.IsNaN(value) ? null : form(value);
                }

                await group.WriteAsync<T>(data, cells);
                return;
            }

            var full = new T[count];
            for (var i = 0; i < count; i++)
            {
                full[i] = form(column.Values[from + i]);
            }

            await group.WriteAsync<T>(data, full);
        }
    }

    private sealed class Texts(TextColumn column, Field field) : ParquetCells(field)
    {
        public override async Task WriteAsync(Parquet.ParquetRowGroupWriter group, int from, int count)
        {
            var cells = new string[count];
            for (var i = 0; i < count; i++)
            {
                cells[i] = column.Text(from + i)!;
            }

            await group.WriteAsync((DataField)Field, cells);
        }
    }
}
