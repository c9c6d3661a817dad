using System.IO.Compression;
using System.Text;

namespace MlOps.Tabular.Tests.Csv;

public sealed class CsvFileTests
{
    static CsvFileTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Fact]
    public void A_ragged_row_is_reported_with_its_line_and_left_out()
    {
        var read = Read("a,b,c\n1,2,3\n4,5\n6,7,8\n");
        var error = Assert.Single(read.Errors);
        Assert.Equal((CsvErrorCodes.Ragged, 3L, "4,5"), (error.Code, error.Line, error.Text));
        Assert.Equal(2, read.Table.RowCount);
    }

    [Fact]
    public void A_cell_that_is_not_of_its_declared_kind_is_reported_with_line_and_column()
    {
        var read = Read("id,n,d,f\n1,2,2020-01-01,yes\n2,x,2020-01-01,no\n3,4,31.12.2020,y\n4,5,2021-02-03,maybe\n5,6,,\n", new CsvReadOptions
        {
            Kinds = new Dictionary<string, ColumnKind> { ["n"] = ColumnKind.Number, ["d"] = ColumnKind.Date, ["f"] = ColumnKind.Boolean },
        });
        Assert.Equal([(3L, 2, "n"), (4L, 3, "d"), (5L, 4, "f")], read.Errors.Select(e => (e.Line, e.Column, e.ColumnName!)));
        Assert.Equal([1577836800, double.NaN], ((NumberColumn)read.Table["d"]).Values);
        Assert.Equal(["true", null], Enumerable.Range(0, 2).Select(read.Table["f"].Text));
    }

    [Fact]
    public void Codes_and_long_numbers_stay_text_letter_by_letter()
    {
        var read = Read("zip,card,n\n00123,12345678901234567890,1e2\n10000,5,2.50\n");
        Assert.Equal(["00123", "10000"], Texts(read, "zip"));
        Assert.Equal(["12345678901234567890", "5"], Texts(read, "card"));
        Assert.Equal(ColumnKind.Number, read.Table["n"].Kind);
    }

    [Fact]
    public void A_column_that_turns_to_text_in_the_last_row_of_a_long_file_keeps_every_cell_as_it_was()
    {
        string[] forms = ["1", "2.50", "0.0100", "1e5", "-0", "+3", ".5", "5.", "", "0.1234567890123456789", "-12.0", " 7"];
        var cells = Enumerable.Range(0, 50_000).Select(i => forms[i * 7 % forms.Length]).Append("x").ToArray();
        var read = Read("c,pad\n" + string.Concat(cells.Select(c => c + ",aaaaaaaaaaaaaaaa\n")));
        Assert.Equal(cells.Select(c => c.Length == 0 ? null : c), Texts(read, "c"));
    }

    [Fact]
    public void Only_the_columns_asked_for_are_there()
    {
        var read = Read("a,b,c\n1,x,3\n", new CsvReadOptions { Columns = ["c", "a", "none"] });
        Assert.Equal(["a", "c"], read.Table.Columns.Select(c => c.Name));
        Assert.Equal(["a", "b", "c"], read.Header);
    }

    [Theory]
    [InlineData("utf-8", true)]
    [InlineData("utf-16", true)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16", false)]
    [InlineData("shift_jis", false)]
    [InlineData("euc-jp", false)]
    public void Japanese_is_read_in_every_usual_encoding_without_being_told(string encoding, bool mark)
    {
        var coder = Encoding.GetEncoding(encoding);
        var body = coder.GetBytes("id,name,city\n1,山田太郎,京都\n2,佐藤花子,東京都港区\n3,ＡＢＣ,なら\n");
        var read = CsvFile.ReadTable(new MemoryStream([.. mark ? coder.GetPreamble() : [], .. body]));
        Assert.Equal(["山田太郎", "佐藤花子", "ＡＢＣ"], Texts(read, "name"));
    }

    [Fact]
    public void The_first_letter_that_is_not_ASCII_may_come_late()
    {
        var text = "a,b\n" + string.Concat(Enumerable.Repeat("1,abcdefgh\n", 100_000)) + "2,naïve café\n";
        var read = CsvFile.ReadTable(new MemoryStream(Encoding.Latin1.GetBytes(text)));
        Assert.Equal("naïve café", read.Table["b"].Text(100_000));
        Assert.Equal("iso-8859-1", read.Dialect.Encoding);
    }

    [Fact]
    public void Bytes_that_are_not_UTF8_are_reported_where_they_stand()
    {
        var bytes = Encoding.UTF8.GetBytes("a,b\n1,é\n2,x\n3,漢\n");
        bytes[11] = 0xFF;
        var error = Assert.Single(CsvFile.ReadTable(new MemoryStream(bytes), new CsvReadOptions { Encoding = "utf-8" }).Errors);
        Assert.Equal((CsvErrorCodes.Encoding, 3L, 2), (error.Code, error.Line, error.Column));
    }

    [Fact]
    public void A_gzip_file_is_read_by_content_and_a_damaged_one_refused()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes("a,b\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},{i * 31 % 977}\n"))));
        }

        var read = CsvFile.ReadTable(new MemoryStream(packed.ToArray()));
        Assert.Equal((20_000, true), (read.Table.RowCount, read.Dialect.Compressed));
        var broken = packed.ToArray();
        broken[broken.Length / 2] ^= 0x55;
        Assert.Equal(CsvErrorCodes.Gzip, Assert.Throws<CsvException>(() => CsvFile.ReadTable(new MemoryStream(broken))).Errors[0].Code);
    }

    [Theory]
    [InlineData("", CsvErrorCodes.Empty)]
    [InlineData("\n\r\n\n", CsvErrorCodes.Empty)]
    [InlineData("<!DOCTYPE html><html></html>", CsvErrorCodes.NotCsv)]
    [InlineData("[{\"a\": 1}]", CsvErrorCodes.NotCsv)]
    [InlineData("PK\u0003\u0004rest", CsvErrorCodes.NotCsv)]
    [InlineData("a,b\n1,\"2\n3,4\n", CsvErrorCodes.UnclosedQuote)]
    public void What_is_no_CSV_is_refused_with_its_kind(string text, string code)
    {
        Assert.Equal(code, Assert.Throws<CsvException>(() => Read(text)).Errors[0].Code);
        Assert.Equal(code, Assert.Throws<CsvException>(() => CsvFile.ReadRecords(new MemoryStream(Encoding.UTF8.GetBytes(text))).Count()).Errors[0].Code);
    }

    [Fact]
    public void A_line_of_ten_megabytes_is_refused_without_reading_it_to_its_end()
    {
        var stream = new CountingStream(new MemoryStream(Encoding.UTF8.GetBytes("a,b\n1," + new string('x', 30 << 20))));
        var error = Assert.Throws<CsvException>(() => CsvFile.ReadTable(stream)).Errors[0];
        Assert.Equal((CsvErrorCodes.RecordTooLong, 2L), (error.Code, error.Line));
        Assert.True(stream.Count < 12 << 20, $"{stream.Count} bytes were read");
    }

    [Fact]
    public void A_cell_that_is_too_long_costs_its_row_only()
    {
        var read = Read("a,b\n1,2\n3," + new string('x', 5000) + "\n4,5\n", new CsvReadOptions { MaxFieldBytes = 1000 });
        Assert.Equal((CsvErrorCodes.FieldTooLong, 3L, 2), read.Errors.Select(e => (e.Code, e.Line, e.Column)).Single());
        Assert.Equal(2, read.Table.RowCount);
    }

    [Fact]
    public void Ragged_rows_and_stray_quotes_are_repaired_when_asked()
    {
        var read = Read("a,b\n1\n2,3,,\n4,5,6\nsay \"hi\",7\n", new CsvReadOptions { RepairRaggedRows = true, KeepStrayQuotes = true, Quote = '"' });
        Assert.Equal(["1", "2", "say \"hi\""], Texts(read, "a"));
        Assert.Equal([null, "3", "7"], Texts(read, "b"));
        Assert.Equal(4, Assert.Single(read.Errors).Line);
    }

    [Fact]
    public void Booleans_and_dates_are_inferred_over_the_whole_file_when_asked()
    {
        var read = Read("b,d,m\ntrue,2020-01-01,true\nFALSE,2020-01-02 10:00,x\n,,\n", new CsvReadOptions { InferBooleansAndDates = true });
        Assert.Equal([ColumnKind.Boolean, ColumnKind.Date, ColumnKind.Text], read.Table.Columns.Select(c => c.Kind));
        Assert.Equal("2020-01-02T10:00:00Z", read.Table["d"].Text(1));
    }

    [Fact]
    public void Written_tables_read_back_the_same()
    {
        var random = new Random(8);
        for (var round = 0; round < 200; round++)
        {
            var texts = Enumerable.Range(0, 20).Select(_ => BlockTests.RandomText(random)).ToArray();
            var numbers = Enumerable.Range(0, 20).Select(_ => BitConverter.Int64BitsToDouble(random.NextInt64())).Select(d => double.IsFinite(d) ? d : double.NaN).ToArray();
            var stream = new MemoryStream();
            using (var writer = new CsvWriter(stream, new CsvWriteOptions { GuardFormulas = false }))
            {
                writer.Write("t");
                writer.Write("n");
                writer.EndRecord();
                for (var i = 0; i < 20; i++)
                {
                    writer.Write(texts[i]);
                    writer.Write(numbers[i]);
                    writer.EndRecord();
                }
            }

            var options = new CsvReadOptions { Delimiter = ',', Quote = '"', Escape = '\0', MissingMarkers = [""], Kinds = new Dictionary<string, ColumnKind> { ["t"] = ColumnKind.Text } };
            var read = CsvFile.ReadTable(new MemoryStream(stream.ToArray()), options);
            Assert.Equal(texts.Select(t => t.Trim(' ').Length == 0 ? null : t), Texts(read, "t"));
            Assert.True(read.Table["n"] is NumberColumn, string.Join(' ', Texts(read, "n")) + Encoding.UTF8.GetString(stream.ToArray()));
            Assert.Equal(numbers, ((NumberColumn)read.Table["n"]).Values);
        }
    }

    [Fact]
    public void Texts_that_a_spreadsheet_would_run_are_guarded_and_numbers_are_not()
    {
        var stream = new MemoryStream();
        using (var writer = new CsvWriter(stream))
        {
            writer.Write("=cmd|' /C calc'!A0");
            writer.Write("@x");
            writer.Write(-1.5);
            writer.Write(-3L);
            writer.Write("a,b");
            writer.EndRecord();
            writer.Write("");
            writer.EndRecord();
        }

        Assert.Equal("'=cmd|' /C calc'!A0,'@x,-1.5,-3,\"a,b\"\n\"\"\n", Encoding.UTF8.GetString(stream.ToArray()));
    }

    private static CsvTable Read(string text, CsvReadOptions? options = null) => CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text)), options);

    private static IEnumerable<string?> Texts(CsvTable read, string column) => Enumerable.Range(0, read.Table.RowCount).Select(read.Table[column].Text);

    private sealed class CountingStream(Stream inner) : MemoryStream
    {
        public long Count { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            var count = inner.Read(buffer);
            Count += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    }
}
