using System.Text;

namespace MlOps.Tabular.Tests.Csv;

/// <summary>Characters that mean something only where they stand as such: quotes, marks of the byte order, the replacement character.</summary>
public sealed class MarksAndQuotesTests
{
    static MarksAndQuotesTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("h\n\"{'a': 1, 'b': 2}\"\n", "{'a': 1, 'b': 2}")]
    [InlineData("h\n\"it's 5 o'clock, 'tis\"\n", "it's 5 o'clock, 'tis")]
    [InlineData("h\n'\n", "'")]
    public void An_apostrophe_inside_a_cell_is_no_quote(string text, string cell)
    {
        var records = CsvFile.ReadRecords(new MemoryStream(Encoding.UTF8.GetBytes(text))).ToArray();
        Assert.Equal([["h"], [cell]], records);
    }

    [Fact]
    public void Apostrophes_around_cells_are_quotes()
    {
        var records = CsvFile.ReadRecords(new MemoryStream("a,b\n'x,1',2\n'y,3',4\n"u8.ToArray())).ToArray();
        Assert.Equal([["a", "b"], ["x,1", "2"], ["y,3", "4"]], records);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    [InlineData("utf-32")]
    [InlineData("gb18030")]
    public void A_replacement_character_that_a_text_holds_is_a_character(string encoding)
    {
        var coder = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. encoding == "gb18030" ? [] : coder.GetPreamble(), .. coder.GetBytes("b\n\uFFFD x\n")];
        var read = CsvFile.ReadTable(new MemoryStream(bytes), new CsvReadOptions { Encoding = encoding });
        Assert.Empty(read.Errors);
        Assert.Equal("\uFFFD x", read.Table["b"].Text(0));
    }

    [Fact]
    public void Half_a_pair_in_UTF_16_is_still_refused_where_it_stands()
    {
        byte[] bytes = [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("b\n1\n"), 0x00, 0xD8, .. Encoding.Unicode.GetBytes("\n")];
        var read = CsvFile.ReadTable(new MemoryStream(bytes));
        Assert.Equal((CsvErrorCodes.Encoding, 3L), (read.Errors[0].Code, read.Errors[0].Line));
    }

    [Fact]
    public void The_mark_of_GB18030_is_no_part_of_the_first_name()
    {
        byte[] bytes = [0x84, 0x31, 0x95, 0x33, .. Encoding.GetEncoding("gb18030").GetBytes("名,b\n好,2\n")];
        var read = CsvFile.ReadTable(new MemoryStream(bytes));
        Assert.Equal(["名", "b"], read.Header);
        Assert.Equal("好", read.Table["名"].Text(0));
        Assert.Equal("gb18030", read.Dialect.Encoding);
    }

    [Fact]
    public void Rows_of_delimiters_alone_are_no_rows()
    {
        var read = CsvFile.ReadTable(new MemoryStream("a,b,c\n1,2,3\n,,\n,x,\n , ,\n,,,,,\n"u8.ToArray()));
        Assert.Equal((2, 2L, 0L), (read.Table.RowCount, read.RecordCount, read.ErrorCount));
        Assert.Equal([2L, 4L], read.Table.LineNumbers);
    }
}
