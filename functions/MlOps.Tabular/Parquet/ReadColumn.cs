using Parquet;
using Parquet.Schema;

namespace MlOps.Tabular;

/// <summary>A column while its row groups are read.</summary>
internal abstract class ReadColumn
{
    /// <summary>A reader for a column's type.</summary>
    /// <exception cref="InvalidDataException">The type is not understood.</exception>
    public static ReadColumn Of(DataField field, ColumnKind? kind) => Type.GetTypeCode(field.ClrType) switch
    {
        TypeCode.String => new Texts(field),
        TypeCode.Object when field.ClrType == typeof(ReadOnlyMemory<char>) => new Texts(field),
        TypeCode.Boolean => new Numbers<bool>(field, kind ?? ColumnKind.Boolean, value => value ? 1 : 0),
        TypeCode.DateTime => new Numbers<DateTime>(field, kind ?? ColumnKind.Date, ParquetCells.Seconds),
        TypeCode.Int64 => new Numbers<long>(field, kind ?? ColumnKind.Number, value => value),
        TypeCode.Int32 => new Numbers<int>(field, kind ?? ColumnKind.Number, value => value),
        TypeCode.Double => new Numbers<double>(field, kind ?? ColumnKind.Number, value => value),
        TypeCode.Single => new Numbers<float>(field, kind ?? ColumnKind.Number, value => value),
        _ => throw new InvalidDataException($"Column '{field.Name}' has the type {field.ClrType.Name}, which is not read."),
    };

    /// <summary>Reads the column's cells of a row group.</summary>
    public abstract Task ReadAsync(ParquetRowGroupReader group);

    /// <summary>The whole column.</summary>
    public abstract Column End();

    private sealed class Numbers<T>(DataField field, ColumnKind kind, Func<T, double> number) : ReadColumn
        where T : struct
    {
        private readonly List<double[]> _parts = [];

        public override async Task ReadAsync(ParquetRowGroupReader group)
        {
            var cells = new double[checked((int)group.RowCount)];
            if (field.IsNullable)
            {
                var read = new T?[cells.Length];
                await group.ReadAsync<T>(field, read.AsMemory());
                for (var i = 0; i < cells.Length; i++)
                {
                    cells[i] = read[i] is { } value ? number(value) : double.NaN;
                }
            }
            else
            {
                var read = new T[cells.Length];
                await group.ReadAsync<T>(field, read.AsMemory());
                for (var i = 0; i < cells.Length; i++)
                {
                    cells[i] = number(read[i]);
                }
            }

            _parts.Add(cells);
        }

        public override Column End() => new NumberColumn(field.Name, [.. _parts.SelectMany(p => p)], kind == ColumnKind.Text ? ColumnKind.Number : kind);
    }

    private sealed class Texts(DataField field) : ReadColumn
    {
        private readonly List<string?[]> _parts = [];

        public override async Task ReadAsync(ParquetRowGroupReader group)
        {
            var cells = new string?[checked((int)group.RowCount)];
            await group.ReadAsync(field, cells.AsMemory());
            _parts.Add(cells);
        }

        public override Column End() => TextColumn.FromTexts(field.Name, _parts.SelectMany(p => p));
    }
}
