using System.Globalization;
using System.Numerics;
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
    public void Short_cells_are_taken_eight_at_a_time_when_their_plain_twin_takes_each()
    {
        var random = new Random(14);
        var alphabet = "0123456789.-+e /:x\u00E9"u8.ToArray();
        for (var i = 0; i < 200_000 && NumberLanes.IsSupported; i++)
        {
            var cells = new string[8];
            var odd = random.Next(8);
            for (var c = 0; c < 8; c++)
            {
                cells[c] = random.Next(4) switch { 0 => "", 1 => random.Next(100).ToString(CultureInfo.InvariantCulture), 2 => "-1.25", _ => "0.083037" };
            }

            cells[odd] = Encoding.Latin1.GetString([.. Enumerable.Range(0, random.Next(9)).Select(_ => alphabet[random.Next(random.Next(4) == 0 ? alphabet.Length : 12)])]);
            var text = Encoding.Latin1.GetBytes(new string('7', 64) + "," + string.Join(',', cells) + "," + new string('7', 64));
            var (before, ends) = (new int[16], new int[16]);
            var at = 64;
            for (var c = 0; c < 8; c++)
            {
                (before[c], at) = (at, at + 1 + cells[c].Length);
                ends[c] = at;
            }

            var lanes = default(ShortNumberLanes);
            lanes.Read(ref text[0], ref before[0], ref ends[0]);
            var plain = Array.TrueForAll(cells, t => t.Length == 0 || NumberParser.TryParseShortPlain(Encoding.Latin1.GetBytes(t), out _, out _, out _));
            Assert.True(plain == lanes.AllRegular, $"'{cells[odd]}' among {string.Join(',', cells)}");
            for (var c = 0; c < 8 && plain; c++)
            {
                _ = NumberParser.TryParseShortPlain(Encoding.Latin1.GetBytes(cells[c]), out _, out var decimals, out var magnitude);
                var expected = cells[c].Length == 0 ? NumberLanes.Missing : cells[c][0] == '-' ? -(long)magnitude : (long)magnitude;
                Assert.True(expected == lanes.Whole[c] && (cells[c].Length == 0 || decimals == BitOperations.Log2(lanes.Points[c]) / 8), $"'{cells[c]}' was read as {lanes.Whole[c]}");
            }
        }
    }

    [Theory]
    [InlineData("-")]
    [InlineData(".")]
    [InlineData("/")]
    [InlineData(":")]
    [InlineData("x")]
    [InlineData("+")]
    public void What_is_no_digit_makes_a_column_of_digits_text_wherever_it_stands(string odd)
    {
        for (var place = 0; place < 33; place++)
        {
            var cells = Enumerable.Range(0, 33).Select(r => r == place ? odd : r % 3 == 0 ? "" : (r % 10).ToString(CultureInfo.InvariantCulture)).ToArray();
            var column = CsvFile.ReadTable(File([cells]), new CsvReadOptions { Delimiter = ',' }).Table["c0"];
            Assert.Equal(cells.Select(t => t.Length == 0 ? null : t), Enumerable.Range(0, 33).Select(Assert.IsType<TextColumn>(column).Text));
        }
    }

    [Fact]
    public void A_column_of_digits_may_hold_a_marker_of_one_character()
    {
        var cells = Enumerable.Range(0, 40).Select(r => r % 7 == 0 ? "?" : (r % 10).ToString(CultureInfo.InvariantCulture)).ToArray();
        var column = CsvFile.ReadTable(File([cells]), new CsvReadOptions { Delimiter = ',', MissingMarkers = ["", "?"] }).Table["c0"];
        Assert.Equal(cells.Select(t => t == "?" ? double.NaN : double.Parse(t, CultureInfo.InvariantCulture)), Assert.IsType<NumberColumn>(column).Values);
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
        () => random.Next(2) == 0 ? "0.0" : "-" + random.Next(1, 9),
        () => Math.Round(random.NextDouble(), 6).ToString("0.0#####", CultureInfo.InvariantCulture),
        () => random.Next(2) == 0 ? random.Next(100_000_000).ToString(CultureInfo.InvariantCulture) : "0.123456",
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
