using System.Text;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Files as other programs write them: what is read is right, and what is told of the others is what is so.</summary>
public sealed class OddFileTests(AzuriteFixture azurite)
{
    private const string Definition = "label: y\nid: ID\n";

    [Theory]
    [InlineData(':')]
    [InlineData(' ')]
    [InlineData('\t')]
    [InlineData('|')]
    public async Task A_history_and_a_period_with_an_unusual_delimiter_are_read(char delimiter)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", Csv(60).Replace(',', delimiter));

        var history = await pipeline.ValidateAsync(initial);
        var period = await pipeline.ValidateAsync(await pipeline.DropAsync("20240101", Csv(20, 1000).Replace(',', delimiter)), initial);

        Assert.Empty(history.Errors);
        Assert.Empty(period.Errors);
        Assert.Equal((60, 20), (history.Rows, period.Rows));
    }

    [Theory]
    [InlineData("+/v8-")]
    [InlineData("")]
    public async Task A_file_in_utf7_is_refused_as_such_and_a_file_of_phone_numbers_is_not(string mark)
    {
        var names = "ID,A,+ZeVnLIqe-,y\n";
        var rows = string.Concat(Enumerable.Range(1, 60).Select(i => $"{i},{i % 7},{(i % 2 == 0 ? "+Zg4-" : "+ZbA-")},{i % 2}\n"));

        var refused = await ValidateAsync(mark + names + rows);
        var phones = await ValidateAsync("ID,A,B,y\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"{i},{i % 7},+4915112345{i}-{i},{i % 2}\n")));

        var finding = Assert.Single(refused.Errors);
        Assert.Equal("csv-utf7", finding.Said!.Code);
        Assert.Contains("UTF-8 で保存してください", Sentences.Word(finding.Said, Sentences.Japanese), StringComparison.Ordinal);
        Assert.Empty(phones.Errors);
    }

    [Fact]
    public async Task Utf32_without_a_mark_is_named()
    {
        var bytes = new UTF32Encoding(bigEndian: true, byteOrderMark: false).GetBytes(Csv(20));
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);

        var refused = await pipeline.ValidateAsync(await pipeline.DropAsync("initial", bytes));

        Assert.Contains("UTF-32 (big endian, without a mark), and the definition does not say so. Save it as UTF-8, or declare the encoding in the definition ('csv: {encoding: utf-32BE}')", Assert.Single(refused.Errors).Message, StringComparison.Ordinal);
        var declared = await TestPipeline.CreateAsync(azurite, Definition + "csv: {encoding: utf-32BE}\n");
        Assert.Empty((await declared.ValidateAsync(await declared.DropAsync("initial", bytes))).Errors);
    }

    [Fact]
    public async Task Plain_numbers_after_a_history_with_a_decimal_comma_are_read_and_told()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", Csv(60).Replace(',', ';').Replace('.', ','));

        var period = await pipeline.ValidateAsync(await pipeline.DropAsync("20240101", Csv(30, 1000)), initial);

        Assert.Empty(period.Errors);
        Assert.Contains(period.Warnings, w => w.Code == "other-notation" && w.ColumnName == "A" && w.Message.Contains("'0.", StringComparison.Ordinal));
        Assert.DoesNotContain(period.Warnings, w => w.Message.Contains("outside the range", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_above_the_names_and_a_missing_header_are_said_once_each()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", Csv(60));

        var comment = await pipeline.ValidateAsync(await pipeline.DropAsync("20240101", "# exported 2024-01-05\n" + Csv(20, 1000)), initial);
        var none = await pipeline.ValidateAsync(await pipeline.DropAsync("20240201", Csv(20, 2000)[(Csv(20, 2000).IndexOf('\n') + 1)..]), initial);

        Assert.Equal("The names of the columns stand in line 2; the first line is '# exported 2024-01-05'. Remove what stands above the names and drop the file again.", Assert.Single(comment.Errors).Message);
        var finding = Assert.Single(none.Errors);
        Assert.Equal("no-header", finding.Code);
        Assert.Contains("Write the names as the first line (ID,A,K,y)", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_text_that_stands_in_many_cells_of_a_column_of_numbers_is_told_with_the_setting()
    {
        var marked = string.Join('\n', Csv(90).Split('\n').Select((line, i) => i > 0 && i % 3 == 0 && line.Length > 0 ? string.Join(',', line.Split(',').Select((cell, c) => c == 1 ? "-" : cell)) : line));

        var told = Assert.Single((await ValidateAsync(marked)).Warnings, w => w.Code == "number-marker");

        Assert.Equal("A", told.ColumnName);
        Assert.Contains("holds numbers in 60 cells and '-' in 30: it is read as texts", told.Message, StringComparison.Ordinal);
        var set = await ValidateAsync(marked, Definition + "csv: {columns: {\"A\": {missing: [\"-\"]}}}\n");
        Assert.Empty(set.Errors);
        Assert.DoesNotContain(set.Warnings, w => w.Code == "number-marker");
    }

    [Theory]
    [InlineData("１２．５", "'１２．５' is not a number: it is written in full-width characters. Write 12.5.")]
    [InlineData("'7'", "''7'' is not a number: the quotes are part of the cell. Write 7.")]
    [InlineData("noon", "'noon' is not a time (hours:minutes). Correct it, or leave the cell empty if the value is missing.", "9:15")]
    [InlineData("about 7", "'about 7' is not a number. Correct it, or leave the cell empty if the value is missing.")]
    public async Task A_number_that_cannot_be_read_is_told_with_what_to_write(string cell, string told, string? usual = null)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        string File(int rows, int firstId, string? odd) => string.Join('\n', Csv(rows, firstId).Split('\n').Select((line, n) => string.Join(',', line.Split(',').Select((c, i) => i != 1 || n == 0 ? c : n == 3 && odd is not null ? odd : usual is null ? c : $"{n % 24}:{n % 60:00}"))));
        var initial = await pipeline.DropAsync("initial", File(60, 1, null));

        var period = await pipeline.ValidateAsync(await pipeline.DropAsync("20240101", File(20, 1000, cell)), initial);

        Assert.Equal(told, Assert.Single(period.Errors).Message);
    }

    [Fact]
    public async Task Numbers_among_other_texts_are_told_with_what_to_do_and_a_column_of_names_is_not()
    {
        static string Bounded(int i) => (i % 100) switch { > 90 => ">90", < 7 => "<7", var number => $"{number}" };
        string File(Func<int, string> cell) => "ID,A,K,y\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{cell(i)},{i % 7},{i % 2}\n"));

        var told = Assert.Single((await ValidateAsync(File(Bounded))).Warnings, w => w.ColumnName == "A");
        var names = (await ValidateAsync(File(i => i % 3 == 0 ? $"{i}" : $"house {i % 50}"))).Warnings;

        Assert.Equal("numbers-among-texts", told.Code);
        Assert.Contains("holds numbers in 168 cells and other texts in 32 (\">90\", \"<7\")", told.Message, StringComparison.Ordinal);
        Assert.Contains("'csv: {columns: {\"A\": {missing: [\">90\", \"<7\"]}}}'", told.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(names, w => w.Code == "numbers-among-texts");
    }

    [Fact]
    public async Task A_third_text_in_a_binary_label_is_refused_with_the_ways_out_and_a_refused_column_is_not_said_to_be_read()
    {
        var third = string.Concat(Csv(60).Split('\n').Select((line, n) => (n % 20 == 5 ? line[..^1] + "?" : line) + "\n")).TrimEnd('\n');
        var infinite = string.Join('\n', Csv(60).Split('\n').Select((line, n) => n == 9 ? string.Join(',', line.Split(',').Select((cell, c) => c == 1 ? "inf" : cell)) : line));

        var refused = await ValidateAsync(third);
        var mixed = await ValidateAsync(infinite);

        Assert.Contains("goes under 'missing' of this column", refused.Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("'task: multiclass'", refused.Errors[0].Message, StringComparison.Ordinal);
        Assert.Equal("text-in-number", Assert.Single(mixed.Errors).Code);
        Assert.DoesNotContain(mixed.Warnings, w => w.ColumnName == "A");
    }

    [Fact]
    public async Task A_column_without_a_name_is_told_and_blanks_around_a_class_are_not()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", Csv(60).Replace("ID,A,K,y", "ID,,K,y", StringComparison.Ordinal));

        var history = await pipeline.ValidateAsync(initial);
        var period = await pipeline.ValidateAsync(await pipeline.DropAsync("20240101", Csv(30, 1000).Replace("ID,A,K,y", "ID,,K,y", StringComparison.Ordinal).Replace(",1\n", ", 1\n", StringComparison.Ordinal)), initial);

        Assert.Contains(history.Warnings, w => w.Code == "unnamed-column" && w.Column == 2);
        Assert.Empty(period.Errors);
        Assert.DoesNotContain(period.Warnings, w => w.ColumnName == "y");
    }

    [Theory]
    [InlineData("yes", "no", "true", "false")]
    [InlineData("Y", "N", "1", "0")]
    [InlineData("はい", "いいえ", "TRUE", "False")]
    [InlineData("yes", "no", "YES", "No")]
    public async Task Answers_are_the_same_as_truth_values(string yes, string no, string writtenYes, string writtenNo)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        string With(string csv, string one, string other) => csv.Replace(",u,", $",{one},", StringComparison.Ordinal).Replace(",v,", $",{other},", StringComparison.Ordinal);
        var initial = await pipeline.DropAsync("initial", With(Csv(60), yes, no));

        var history = await pipeline.ValidateAsync(initial);
        var period = await pipeline.ValidateAsync(await pipeline.DropAsync("20240101", With(Csv(30, 1000), writtenYes, writtenNo)), initial);

        Assert.Empty(history.Errors);
        Assert.Empty(period.Errors);
        Assert.DoesNotContain(period.Warnings, w => w.ColumnName == "K");
        var schema = await pipeline.ReadAsync(history.RequireKey(), "schema.json");
        Assert.Contains(yes == "はい" ? "\"Truth\"" : $"\"{yes}\"", schema.Replace("truth", "Truth", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private async Task<ValidateResult> ValidateAsync(string csv, string definition = Definition)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        return await pipeline.ValidateAsync(csv);
    }

    private static string Csv(int rows, int firstId = 1)
    {
        var text = new StringBuilder("ID,A,K,y\n");
        for (var i = 0; i < rows; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{firstId + i},0.{(i * 37 % 90) + 10}{i % 7},{(i % 3 == 0 ? "u" : "v")},{i % 2}\n");
        }

        return text.ToString();
    }
}
