using System.Globalization;
using System.Text;

namespace MlOps.Tabular.Tests.Csv;

/// <summary>Number columns as they are read eight cells at a time, held against double.Parse and against the file's own text.</summary>
public sealed class NumberColumnTests
{
    private const int Rows = 40_000;

    [Fact]
    public void Numbers_of_all_forms_in_columns_have_the_bits_of_double_Parse()
    {
        var random = new Random(11);
        var makers = Makers(random);
        var cells = makers.Select(make => Enumerable.Range(0, Rows).Select(_ => random.Next(5) == 0 ? "" : make()).ToArray()).ToArray();
        var table = CsvFile.ReadTable(File(cells), new CsvReadOptions { Delimiter = ',', Threads = 2 }).Table;

        Assert.Equal(Rows, table.RowCount);
        for (var c = 0; c < cells.Length; c++)
        {
            Assert.True(table.Columns[c + 1] is NumberColumn, $"Column {c} is text, from {cells[c].FirstOrDefault(t => t.Length > 0 && !NumberParser.TryParse(Encoding.UTF8.GetBytes(t), out _))}.");
            var values = ((NumberColumn)table.Columns[c + 1]).Values;
            for (var r = 0; r < Rows; r++)
            {
                var expected = cells[c][r].Length == 0 ? double.NaN : double.Parse(cells[c][r], CultureInfo.InvariantCulture);
                Assert.True(
                    BitConverter.DoubleToInt64Bits(expected) == BitConverter.DoubleToInt64Bits(values[r]) || (double.IsNaN(expected) && double.IsNaN(values[r])),
                    $"'{cells[c][r]}' was read as {values[r]:R}");
            }
        }
    }

    [Fact]
    public void A_column_that_turns_out_to_be_text_at_its_last_cell_has_every_cell_as_it_stood()
    {
        var random = new Random(12);
        var cells = Makers(random).Select(make => Enumerable.Range(0, Rows).Select(r => r == Rows - 1 ? "end" : random.Next(5) == 0 ? "" : make()).ToArray()).ToArray();
        var table = CsvFile.ReadTable(File(cells), new CsvReadOptions { Delimiter = ',', Threads = 2 }).Table;

        for (var c = 0; c < cells.Length; c++)
        {
            var column = Assert.IsType<TextColumn>(table.Columns[c + 1]);
            for (var r = 0; r < Rows; r++)
            {
                Assert.Equal(cells[c][r].Length == 0 ? null : cells[c][r], column.Text(r));
            }
        }
    }

    [Theory]
    [InlineData("-")]
    [InlineData("--1")]
    [InlineData("1-")]
    [InlineData("1-2")]
    [InlineData("1.2.3")]
    [InlineData("..")]
    [InlineData("-.")]
    [InlineData("1,2")]
    [InlineData("007")]
    [InlineData("-01.5")]
    [InlineData("1e")]
    [InlineData("0x1F")]
    [InlineData("12345678901234567890")]
    public void What_is_no_number_makes_its_column_text_wherever_it_stands_among_eight(string odd)
    {
        for (var place = 0; place < 8; place++)
        {
            var text = new StringBuilder("id;x\n");
            for (var r = 0; r < 24; r++)
            {
                text.Append(r).Append(';').Append(r == 8 + place ? odd : "1.5").Append('\n');
            }

            var column = CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text.ToString())), new CsvReadOptions { Delimiter = ';' }).Table["x"];
            Assert.Equal(odd, Assert.IsType<TextColumn>(column).Text(8 + place));
        }
    }

    [Fact]
    public void A_number_may_be_a_missing_marker()
    {
        var options = new CsvReadOptions { MissingMarkers = ["", "-999"] };
        var text = "id,x\n" + string.Concat(Enumerable.Range(0, 20).Select(r => $"{r},{(r % 3 == 0 ? "-999" : "7")}\n"));
        var column = CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text)), options).Table["x"];

        Assert.Equal(7, column.MissingCount);
        Assert.Equal(7, Assert.IsType<NumberColumn>(column).Values[1]);
    }

    private static Func<string>[] Makers(Random random) =>
    [
        () => random.Next(2).ToString(CultureInfo.InvariantCulture),
        () => random.Next(-127, 128).ToString(CultureInfo.InvariantCulture),
        () => random.Next(-40_000, 40_000).ToString(CultureInfo.InvariantCulture),
        () => random.Next().ToString(CultureInfo.InvariantCulture),
        () => random.NextInt64(-999_999_999_999_999, 999_999_999_999_999).ToString(CultureInfo.InvariantCulture),
        () => random.Next(10_000).ToString(CultureInfo.InvariantCulture) + ".0",
        () => Math.Round(random.NextDouble(), 4).ToString("0.0###", CultureInfo.InvariantCulture),
        () => (random.NextDouble() * 10).ToString("F" + random.Next(1, 6), CultureInfo.InvariantCulture),
        () => (random.NextDouble() - 0.5).ToString("F" + random.Next(1, 13), CultureInfo.InvariantCulture).Replace("-0.0", "0.1", StringComparison.Ordinal),
        () => random.Next(3) == 0 ? random.Next(1_000_000_000).ToString(CultureInfo.InvariantCulture) : Math.Round(random.NextDouble(), 9).ToString("0.#########", CultureInfo.InvariantCulture),
        () => random.Next(50) == 0 ? "1e5" : random.Next(50) == 0 ? ".5" : random.Next(50) == 0 ? "-0.0" : random.Next(50) == 0 ? "5." : random.Next(1000).ToString(CultureInfo.InvariantCulture),
        () => (random.NextDouble() * Math.Pow(10, random.Next(-20, 15))).ToString("R", CultureInfo.InvariantCulture),
    ];

    private static MemoryStream File(string[][] cells)
    {
        var text = new StringBuilder("row");
        for (var c = 0; c < cells.Length; c++)
        {
            text.Append(",c").Append(c);
        }

        for (var r = 0; r < cells[0].Length; r++)
        {
            text.Append('\n').Append(r);
            foreach (var column in cells)
            {
                text.Append(',').Append(column[r]);
            }
        }

        return new MemoryStream(Encoding.UTF8.GetBytes(text.Append('\n').ToString()));
    }
}
