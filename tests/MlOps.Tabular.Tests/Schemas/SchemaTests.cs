using System.Text;

namespace MlOps.Tabular.Tests.Schemas;

public sealed class SchemaTests
{
    private static readonly string History = "id,age,city,income,label\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i},{20 + (i % 50)},{(i % 3 == 0 ? "Kyoto" : "Osaka")},{(i % 10 == 0 ? "" : (1000 + (i * 7)).ToString())},{(i * 7 % 5 == 0 ? 1 : 0)}\n"));

    [Fact]
    public void A_file_like_its_history_has_no_finding()
    {
        Assert.Empty(Schema().Validate(Read(History)));
    }

    [Fact]
    public void A_schema_survives_being_written_and_read_and_can_be_edited()
    {
        var schema = Schema();
        var json = schema.ToJson();
        Assert.Equal(json, TableSchema.Parse(json).ToJson());
        var edited = TableSchema.Parse(json.Replace("\"max\": 69", "\"max\": 30, // people are young here", StringComparison.Ordinal));
        Assert.Equal(30, edited.Columns.Single(c => c.Name == "age").Max);
        Assert.Contains("line 2", Assert.Throws<FormatException>(() => TableSchema.Parse("{\n\"rowz\": 1 }")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("id,age,city,label\n", SchemaRules.MissingColumn, "income")]
    [InlineData("id,age,city,income,label,extra\n", SchemaRules.AddedColumn, "extra")]
    [InlineData("id,Age,city,income,label\n", SchemaRules.RenamedColumn, "age")]
    public void Missing_added_and_renamed_columns_are_told_apart(string header, string rule, string column)
    {
        var cells = header.TrimEnd().Split(',').Length;
        var rows = string.Concat(Enumerable.Range(300, 20).Select(i => string.Join(',', new[] { $"{i}", $"{20 + (i % 20)}", i % 2 == 0 ? "Kyoto" : "Osaka", $"{1500 + i}", $"{i % 2}", $"{i}" }.Where((_, c) => cells != 4 || c != 3).Take(cells)) + "\n"));
        var finding = Schema().Validate(Read(header + rows)).First(f => f.Rule != SchemaRules.MissingRate);
        Assert.Equal((rule, column), (finding.Rule, finding.Column));
    }

    [Fact]
    public void A_column_of_numbers_with_a_text_in_it_is_retyped_with_the_line_of_the_text()
    {
        var finding = Assert.Single(Schema().Validate(Read(History.Replace("\n5,25,", "\n5,old,", StringComparison.Ordinal))), f => f.Rule == SchemaRules.RetypedColumn);
        Assert.Equal((FindingLevel.Error, "age", 7L), (finding.Level, finding.Column, finding.Line));
        Assert.Contains("'old'", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_categories_and_missing_cells_unlike_history_are_found_where_they_stand()
    {
        var file = History.Replace("\n8,28,Osaka", "\n8,500,Nara", StringComparison.Ordinal).Replace("\n9,29,", "\n9,,", StringComparison.Ordinal);
        var findings = Schema().Validate(Read(file));
        Assert.Equal(10, findings.Single(f => f.Rule == SchemaRules.OutOfRange).Line);
        Assert.Contains("'Nara'", findings.Single(f => f.Rule == SchemaRules.UnseenCategory).Message, StringComparison.Ordinal);
        Assert.Equal(11, findings.Single(f => f.Rule == SchemaRules.MissingValue).Line);
    }

    [Fact]
    public void Repeated_rows_and_ids_are_found_within_and_across_files()
    {
        var lines = History.Split('\n');
        var file = Read(History + lines[4] + "\n" + "7,99,Kyoto,1,1\n");
        var findings = Schema().Validate(file, new Dictionary<string, string> { ["11"] = "20201001.csv" });
        Assert.Equal((202L, 1L), Line(SchemaRules.DuplicateRow));
        Assert.Contains(findings, f => f.Rule == SchemaRules.DuplicateId && f.Count == 2 && f.Line == 202);
        Assert.Contains(findings, f => f.Rule == SchemaRules.DuplicateId && f.Message.Contains("20201001.csv", StringComparison.Ordinal) && f.Line == 13);

        (long, long) Line(string rule) => findings.Where(f => f.Rule == rule).Select(f => (f.Line, f.Count)).First();
    }

    [Fact]
    public void A_column_that_tells_the_label_is_a_leak_and_others_are_not()
    {
        var rows = string.Concat(Enumerable.Range(0, 300).Select(i => $"{i},{(i % 4 == 0 ? 100 + i : i % 50)},{(i % 4 == 0 ? "yes" : "no")},{i * 31 % 17},{(i % 4 == 0 ? 1 : 0)}\n"));
        var table = Read("id,paid_back_late_by,status,noise,label\n" + rows);
        var leaks = TableSchema.Learn(table, "id", "label").Validate(table).Where(f => f.Rule == SchemaRules.LeakingColumn).Select(f => f.Column);
        Assert.Equal(["paid_back_late_by", "status"], leaks);
    }

    [Fact]
    public void The_level_of_a_finding_is_what_the_schema_says()
    {
        var file = Read(History.Replace(",city,", ",town,", StringComparison.Ordinal).Replace("\n8,28,", "\n8,500,", StringComparison.Ordinal));
        var schema = Schema() with { Levels = new Dictionary<string, FindingLevel> { [SchemaRules.OutOfRange] = FindingLevel.Error, [SchemaRules.RenamedColumn] = FindingLevel.Ignore } };
        var findings = TableSchema.Parse(schema.ToJson()).Validate(file);
        Assert.Equal(SchemaRules.OutOfRange, Assert.Single(findings, f => f.Level == FindingLevel.Error).Rule);
        Assert.DoesNotContain(findings, f => f.Rule == SchemaRules.RenamedColumn);
    }

    private static TableSchema Schema() => TableSchema.Learn(Read(History), "id", "label");

    private static Table Read(string text) => CsvFile.ReadTable(new MemoryStream(Encoding.UTF8.GetBytes(text))).Table;
}
