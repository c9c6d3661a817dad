using System.IO.Compression;
using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class BadFileTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_binary_file_is_refused()
    {
        var bytes = new byte[5000];
        new Random(3).NextBytes(bytes);
        bytes[0] = 0x89;
        var result = await ValidateAsync(bytes);

        Assert.False(result.Accepted);
        Assert.NotEmpty(result.Errors[0].Message);
    }

    [Fact]
    public async Task An_empty_file_is_refused() => Refused(await ValidateAsync([]), "empty-file", 0, 0);

    [Fact]
    public async Task A_file_of_a_header_only_is_refused() => Refused(await ValidateAsync("ID,A,B,KIND,TARGET\n"), "header-only", 1, 0);

    [Fact]
    public async Task A_missing_label_column_is_refused_with_the_nearest_name()
    {
        var error = Refused(await ValidateAsync(SmallCase.Csv(50, 1).Replace("TARGET", "TARGTE", StringComparison.Ordinal)), "missing-column", 1, 0);

        Assert.Equal("TARGET", error.ColumnName);
        Assert.Contains("Did you mean 'TARGTE'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_a_period_lacks_is_refused_with_the_new_name()
    {
        var text = SmallCase.Csv(50, 2, 1000).Replace("ID,A,B,KIND", "ID,A,B,KINDS", StringComparison.Ordinal);
        var error = Refused(await ValidatePeriodAsync(text), "missing-column", 1, 0);

        Assert.Equal("KIND", error.ColumnName);
        Assert.Contains("Was it renamed to 'KINDS'?", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_doubled_column_is_refused() =>
        Refused(await ValidateAsync(SmallCase.Csv(50, 1).Replace("ID,A,B,", "ID,A,A,", StringComparison.Ordinal)), "duplicate-column", 1, 3);

    [Fact]
    public async Task Text_in_a_column_of_numbers_of_the_history_is_refused_with_line_and_column()
    {
        var error = Refused(await ValidateAsync(Edit(SmallCase.Csv(100, 1), 17, 2, "many")), "text-in-number", 17, 2);

        Assert.Equal("A", error.ColumnName);
        Assert.Equal("many", error.Text);
    }

    [Fact]
    public async Task Text_in_a_column_of_numbers_of_a_period_is_refused_with_line_and_column() =>
        Refused(await ValidatePeriodAsync(Edit(SmallCase.Csv(50, 2, 1000), 5, 3, "n.b.")), "text-in-number", 5, 3);

    [Fact]
    public async Task A_doubled_id_is_refused_with_both_lines()
    {
        var error = Refused(await ValidateAsync(Edit(SmallCase.Csv(100, 1), 30, 1, "7")), "duplicate-id", 30, 1);

        Assert.Contains("line 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_third_label_value_in_the_history_is_refused_with_its_line()
    {
        var result = await ValidateAsync(Edit(SmallCase.Csv(100, 1), 12, 5, "2"));

        Refused(result, "label-values", 0, 5);
        Assert.Contains(result.Errors, e => e is { Code: "label-value", Line: 12, Column: 5, Text: "2" });
    }

    [Fact]
    public async Task A_label_value_that_the_history_does_not_have_is_refused_in_a_period() =>
        Refused(await ValidatePeriodAsync(Edit(SmallCase.Csv(50, 2, 1000), 9, 5, "maybe")), "label-value", 9, 5);

    [Fact]
    public async Task A_ragged_row_is_refused_with_its_line()
    {
        var lines = SmallCase.Csv(60, 1).Split('\n');
        lines[20] += ",9";
        var error = Refused(await ValidateAsync(string.Join('\n', lines)), "ragged-row", 21, 0);

        Assert.Contains("6", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16", true, "UTF-16 (little endian)")]
    [InlineData("utf-16BE", true, "UTF-16 (big endian)")]
    [InlineData("utf-16", false, "UTF-16 (little endian, without a mark)")]
    public async Task UTF_16_that_was_not_declared_is_refused_by_name(string encoding, bool mark, string name)
    {
        var utf = Encoding.GetEncoding(encoding);
        byte[] bytes = [.. mark ? utf.GetPreamble() : [], .. utf.GetBytes(SmallCase.Csv(50, 1))];

        Assert.Contains(name, Refused(await ValidateAsync(bytes), "encoding", 1, 0).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UTF_16_that_was_declared_is_read()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\ncsv: {encoding: utf-16}");
        var drop = await pipeline.DropAsync("initial", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(SmallCase.Csv(50, 1))]);

        var result = await pipeline.ValidateAsync(drop);

        Assert.True(result.Accepted, result.Errors.FirstOrDefault()?.Message);
        Assert.Equal(50, result.Rows);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ten_megabytes_in_a_single_line_are_refused(bool withCommas)
    {
        var line = new string('a', 10 << 20);
        if (withCommas)
        {
            line = string.Join(',', Enumerable.Repeat("abcdefg", (10 << 20) / 8));
        }

        var result = await ValidateAsync(line);

        Assert.False(result.Accepted);
        Assert.All(result.Errors, e => Assert.True(e.Message.Length < 2000 && (e.Text?.Length ?? 0) <= 201));
    }

    [Fact]
    public async Task More_columns_than_a_table_may_have_are_refused_with_their_number_and_the_limit()
    {
        var names = string.Join(',', Enumerable.Range(0, 20_001).Select(c => c == 0 ? "TARGET" : $"c{c}"));

        var result = await ValidateAsync($"{names}\n{string.Join(',', Enumerable.Repeat("1", 20_001))}\n{string.Join(',', Enumerable.Repeat("0", 20_001))}\n");

        Assert.False(result.Accepted);
        Assert.Contains(result.Errors, e => e.Message.Contains("20001", StringComparison.Ordinal) && e.Message.Contains("20000", StringComparison.Ordinal));
    }

    [Fact]
    public async Task All_errors_are_kept_and_the_first_twenty_told()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var text = SmallCase.Csv(300, 1).Split('\n');
        for (var i = 101; i <= 150; i++)
        {
            text[i] = "1" + text[i][text[i].IndexOf(',', StringComparison.Ordinal)..];
        }

        var result = await pipeline.ValidateAsync(string.Join('\n', text));

        Assert.Equal((50, 20), (result.ErrorCount, result.Errors.Count));
        var all = await pipeline.Account.Artifacts.GetBlobClient(result.ErrorsBlob).DownloadContentAsync();
        Assert.Equal(50, JsonSerializer.Deserialize<Finding[]>(all.Value.Content, MlOps.Storage.ArtifactJson.Compact)!.Length);
    }

    [Fact]
    public async Task A_gzip_file_is_read()
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(SmallCase.Csv(50, 1)));
        }

        Assert.True((await ValidateAsync(packed.ToArray())).Accepted);
    }

    private static Finding Refused(ValidateResult result, string code, long line, int column)
    {
        Assert.False(result.Accepted);
        var error = result.Errors[0];
        Assert.Equal((code, line, column), (error.Code, error.Line, error.Column));
        Assert.NotNull(result.ErrorsBlob);
        return error;
    }

    /// <summary>Replaces a cell; line 1 is the header, columns from 1.</summary>
    private static string Edit(string csv, int line, int column, string cell)
    {
        var lines = csv.Split('\n');
        var cells = lines[line - 1].Split(',');
        cells[column - 1] = cell;
        lines[line - 1] = string.Join(',', cells);
        return string.Join('\n', lines);
    }

    private Task<ValidateResult> ValidateAsync(string text) => ValidateAsync(Encoding.UTF8.GetBytes(text));

    private async Task<ValidateResult> ValidateAsync(byte[] bytes)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\nquarantine: 0");
        return await pipeline.ValidateAsync(await pipeline.DropAsync("initial", bytes));
    }

    private async Task<ValidateResult> ValidatePeriodAsync(string text)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\nquarantine: 0");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(200, 1));
        return await pipeline.ValidateAsync(await pipeline.DropAsync("20201001", text), initial);
    }
}
