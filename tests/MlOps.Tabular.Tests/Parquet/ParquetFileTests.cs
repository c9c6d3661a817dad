using FsCheck;
using FsCheck.Fluent;
using Arrow = ParquetSharp;

namespace MlOps.Tabular.Tests.Parquet;

public sealed class ParquetFileTests
{
    // What a column must keep to the bit, and what a careless one loses: signed zeros, the ends of the doubles, times before 1970, texts of every kind.
    private static readonly Gen<double> AnyNumber = Gen.OneOf(
        Gen.Elements(double.NaN, 0.0, -0.0, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, double.MaxValue, 9007199254740992, -9007199254740993.0, 0.1 + 0.2),
        Gen.Choose(-1000, 1000).Select(i => (double)i),
        ArbMap.Default.GeneratorFor<double>());

    private static readonly Gen<double> AnyTruth = Gen.Elements(0.0, 1.0, double.NaN);

    private static readonly Gen<double> AnyTime = Gen.OneOf(
        Gen.Elements(double.NaN, 0.0, -0.0, -62135596800.0, 253402300799.0, 1e15, 1.5, 1601510400.000001, 0.1 + 0.2),
        Gen.Choose(-2_000_000_000, 2_000_000_000).Select(i => (double)i));

    private static readonly Gen<string?> AnyText = Gen.Elements(
        null, "", " ", "a", "A", "=1+1", "日本語", "😀", "a,\"b\"\r\nc", "null", "NaN", new string('x', 5000), "\0");

    private static readonly Gen<Table> AnyTable =
        from rows in Gen.Choose(0, 60)
        from numbers in AnyNumber.ArrayOf(rows)
        from whole in Gen.Choose(-5, 5).Select(i => (double)i).ArrayOf(rows)
        from truths in AnyTruth.ArrayOf(rows)
        from times in AnyTime.ArrayOf(rows)
        from texts in AnyText.ArrayOf(rows)
        select new Table(
        [
            new NumberColumn("number", numbers), new NumberColumn("whole 数", whole), new NumberColumn("truth", truths, ColumnKind.Boolean),
            new NumberColumn("time", times, ColumnKind.Date), TextColumn.FromTexts("te\"xt", texts),
        ]);

    [Fact]
    public void Every_cell_of_every_type_comes_back_to_the_bit() => Prop.ForAll(AnyTable.ToArbitrary(), table =>
    {
        var details = new ParquetDetails { Columns = [new ParquetColumn("whole 数") { Whole = true, Required = true, Unit = "kg", Description = "What it weighs" }], Facts = new Dictionary<string, string> { ["mlops.period"] = "20201001" } };
        var bytes = Bytes(table, details);
        var (read, told) = ParquetFile.Read(new MemoryStream(bytes));
        Assert.Equal(table.RowCount, read.RowCount);
        Assert.Equal(table.Columns.Select(c => (c.Name, c.Kind)), read.Columns.Select(c => (c.Name, c.Kind)));
        foreach (var (before, after) in table.Columns.Zip(read.Columns))
        {
            Assert.Equal(Cells(before), Cells(after));
        }

        Assert.Equal(details.Columns[0] with { Kind = ColumnKind.Number }, told.Find("whole 数"));
        Assert.Equal("20201001", told.Facts["mlops.period"]);
        Assert.Equal(bytes, Bytes(table, details));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Arrow_which_pandas_and_Spark_read_with_finds_the_same_types_and_values()
    {
        var table = new Table(
        [
            new NumberColumn("n", [0.1, double.NaN, -0.0, double.MaxValue]), new NumberColumn("w", [1, 2, 3, 9007199254740992]),
            new NumberColumn("b", [1, 0, double.NaN, 1], ColumnKind.Boolean), new NumberColumn("d", [0, 1601510400.25, double.NaN, -86400], ColumnKind.Date),
            TextColumn.FromTexts("t", ["a", null, "", "日本語"]),
        ]);
        var details = new ParquetDetails { Columns = [new ParquetColumn("w") { Whole = true, Required = true, Role = "id" }, new ParquetColumn("n") { Unit = "EUR", Description = "What is owed" }] };
        using var reader = new Arrow.ParquetFileReader(new MemoryStream(Bytes(table, details)));
        using var group = reader.RowGroup(0);

        Assert.Equal(["n", "w", "b", "d", "t"], Enumerable.Range(0, 5).Select(i => reader.FileMetaData.Schema.Column(i).Name));
        Assert.Equal(
            [Arrow.PhysicalType.Double, Arrow.PhysicalType.Int64, Arrow.PhysicalType.Boolean, Arrow.PhysicalType.Int64, Arrow.PhysicalType.ByteArray],
            Enumerable.Range(0, 5).Select(i => reader.FileMetaData.Schema.Column(i).PhysicalType));
        Assert.Equal([1, 0, 1, 1, 1], Enumerable.Range(0, 5).Select(i => (int)reader.FileMetaData.Schema.Column(i).MaxDefinitionLevel));
        Assert.Equal([0.1, null, -0.0, double.MaxValue], Read<double?>(group, 0));
        Assert.Equal([1, 2, 3, 9007199254740992], Read<long>(group, 1));
        Assert.Equal([true, false, null, true], Read<bool?>(group, 2));
        Assert.Equal(
            [DateTime.UnixEpoch, new DateTime(2020, 10, 1, 0, 0, 0, 250), null, DateTime.UnixEpoch.AddDays(-1)],
            Read<DateTime?>(group, 3).Select(d => d is { } time ? DateTime.SpecifyKind(time, DateTimeKind.Unspecified) : d));
        Assert.Equal(new string?[] { "a", null, "", "日本語" }, Read<string?>(group, 4).AsEnumerable());
        Assert.Contains("\"unit\":\"EUR\",\"description\":\"What is owed\"", reader.FileMetaData.KeyValueMetadata["mlops.columns"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_more_rows_than_a_group_holds_is_whole_in_either_reader()
    {
        const int rows = (2 * ParquetFile.RowsInGroup) + 3;
        var table = new Table(
        [
            new NumberColumn("n", [.. Enumerable.Range(0, rows).Select(i => i % 7 == 0 ? double.NaN : i / 3.0)]),
            TextColumn.FromTexts("id", Enumerable.Range(0, rows).Select(i => $"id {i}")), TextColumn.FromTexts("few", Enumerable.Range(0, rows).Select(i => i % 5 == 0 ? null : $"{i % 3}")),
        ]);
        var bytes = Bytes(table, new ParquetDetails());
        var read = ParquetFile.Read(new MemoryStream(bytes)).Table;
        using var reader = new Arrow.ParquetFileReader(new MemoryStream(bytes));

        Assert.Equal(3, reader.FileMetaData.NumRowGroups);
        foreach (var (before, after) in table.Columns.Zip(read.Columns))
        {
            Assert.True(Cells(before).SequenceEqual(Cells(after)), before.Name);
        }

        Assert.Equal(
            table["few"] is TextColumn few ? Enumerable.Range(0, rows).Select(few.Text) : [],
            Enumerable.Range(0, 3).SelectMany(g =>
            {
                using var group = reader.RowGroup(g);
                return Read<string?>(group, 2);
            }));
    }

    [Fact]
    public void What_is_told_to_be_whole_but_is_not_stays_as_it_is()
    {
        var table = new Table([new NumberColumn("w", [1, 2.5, -0.0, double.NaN])]);
        var read = ParquetFile.Read(new MemoryStream(Bytes(table, new ParquetDetails { Columns = [new ParquetColumn("w") { Whole = true }] }))).Table;
        Assert.Equal(Cells(table.Columns[0]), Cells(read.Columns[0]));
    }

    [Fact]
    public void A_missing_cell_of_a_required_column_is_an_error_that_names_it()
    {
        var table = new Table([new NumberColumn("w", [1, double.NaN])]);
        var error = Assert.Throws<ArgumentException>(() => Bytes(table, new ParquetDetails { Columns = [new ParquetColumn("w") { Required = true }] }));
        Assert.Contains("'w'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_Parquet_or_was_cut_short_is_said_to_be_none()
    {
        var whole = Bytes(new Table([new NumberColumn("w", [1, 2])]), new ParquetDetails());
        foreach (var bytes in new[] { [], [1, 2, 3], "ID,TARGET\n1,0\n"u8.ToArray(), whole[..^5], whole[8..] })
        {
            Assert.Throws<InvalidDataException>(() => ParquetFile.Read(new MemoryStream(bytes)));
        }
    }

    private static byte[] Bytes(Table table, ParquetDetails details)
    {
        using var stream = new MemoryStream();
        ParquetFile.Write(stream, table, details);
        return stream.ToArray();
    }

    private static IEnumerable<string?> Cells(Column column) => column is NumberColumn numbers
        ? numbers.Values.Select(v => double.IsNaN(v) ? null : BitConverter.DoubleToInt64Bits(v).ToString("x16"))
        : Enumerable.Range(0, column.RowCount).Select(column.Text);

    private static T[] Read<T>(Arrow.RowGroupReader group, int column)
    {
        using var reader = group.Column(column).LogicalReader<T>();
        return reader.ReadAll((int)group.MetaData.NumRows);
    }
}
