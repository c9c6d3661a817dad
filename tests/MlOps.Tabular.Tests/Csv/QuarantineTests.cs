using System.Text;

namespace MlOps.Tabular.Tests.Csv;

public sealed class QuarantineTests
{
    [Fact]
    public void All_37_bad_rows_of_a_thousand_are_kept_with_line_column_rule_and_text_and_come_back_corrected()
    {
        var file = new StringBuilder("id,amount,name\n");
        for (var i = 0; i < 1000; i++)
        {
            file.Append(i % 27 == 3 ? $"{i},\"x,{i}\n" : "").Replace("\"x", "x").Append(i % 27 == 3 ? "" : $"{i},{i * 2},\"n\"\"{i}\"\n");
        }

        var bytes = Encoding.UTF8.GetBytes(file.ToString());
        var options = new CsvReadOptions { KeepRejectedRows = true, MaxErrors = 5, Kinds = new Dictionary<string, ColumnKind> { ["amount"] = ColumnKind.Number } };
        var read = CsvFile.ReadTable(new MemoryStream(bytes), options);
        Assert.Equal((963, 37, 37L, 5), (read.Table.RowCount, read.Rejected.Count, read.ErrorCount, read.Errors.Count));
        Assert.Equal(new RejectedRow(5, 2, CsvErrorCodes.WrongKind, "'x' is not a number. Correct it, or leave the cell empty if the value is missing.", "3,x,3"), read.Rejected[0]);

        var quarantine = new MemoryStream();
        QuarantineFile.Write(quarantine, read.HeaderText, read.Rejected, "the file");
        Assert.True(QuarantineFile.IsQuarantine(quarantine.ToArray()));
        var corrected = Encoding.UTF8.GetString(quarantine.ToArray()).Replace(",x,", ",5,", StringComparison.Ordinal);
        var back = new MemoryStream();
        Assert.Equal(37, QuarantineFile.ReadBack(new MemoryStream(Encoding.UTF8.GetBytes(corrected)), back));
        back.Position = 0;
        var rows = CsvFile.ReadTable(back, options);
        Assert.Equal((37, 0L), (rows.Table.RowCount, rows.ErrorCount));
        Assert.Equal("5", rows.Table["amount"].Text(36));

        var merged = new MemoryStream();
        QuarantineFile.Merge(new MemoryStream(bytes), QuarantineFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(corrected))), merged);
        var whole = CsvFile.ReadTable(new MemoryStream(merged.ToArray()), options);
        Assert.Equal((1000, 0L), (whole.Table.RowCount, whole.ErrorCount));
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => i.ToString()), Enumerable.Range(0, 1000).Select(whole.Table["id"].Text));
        Assert.Equal("the file", QuarantineFile.Read(new MemoryStream(quarantine.ToArray())).Source);
    }

    [Fact]
    public void Rows_of_every_kind_of_error_are_kept_whole()
    {
        var text = "a,b\n1,2\n1,2,3\n\"q\" x,5\nw \"s\" w,6\n\u0000,7\na,b\n8,\"two\nlines\",9\n10,11\n";
        var read = CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text)), new CsvReadOptions { KeepRejectedRows = true });
        Assert.Equal(["1,2,3", "\"q\" x,5", "w \"s\" w,6", "\u0000,7", "a,b", "8,\"two\nlines\",9"], read.Rejected.Select(r => r.Text));
        Assert.Equal([3L, 4, 5, 6, 7, 8], read.Rejected.Select(r => r.Line));
        Assert.Equal(
            [CsvErrorCodes.Ragged, CsvErrorCodes.TextAfterQuote, CsvErrorCodes.StrayQuote, CsvErrorCodes.Nul, CsvErrorCodes.RepeatedHeader, CsvErrorCodes.Ragged],
            read.Rejected.Select(r => r.Rule));
        Assert.Equal(2, read.Table.RowCount);
        Assert.Equal([2L, 10], read.Table.LineNumbers);
    }

    [Fact]
    public void A_quarantine_file_without_its_header_row_is_refused()
    {
        var text = QuarantineFile.Header + "\n3,1,ragged-row,bad,\"1,2\"\n";
        Assert.Throws<CsvException>(() => QuarantineFile.ReadBack(new MemoryStream(Encoding.UTF8.GetBytes(text)), new MemoryStream()));
    }
}
