using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>What becomes of added, missing, renamed and retyped columns under each policy, and of values that the learned schema does not know.</summary>
public sealed class SchemaPolicyTests(AzuriteFixture azurite)
{
    private const string Added = "added";
    private const string Missing = "missing";
    private const string Renamed = "renamed";
    private const string Retyped = "retyped";

    [Theory]
    [InlineData("", Added, true, "unexpected-column")]
    [InlineData("", Missing, false, "missing-column")]
    [InlineData("", Renamed, false, "missing-column")]
    [InlineData("", Retyped, false, "text-in-number")]
    [InlineData("fail", Added, false, "added-column")]
    [InlineData("fail", Missing, false, "missing-column")]
    [InlineData("fail", Renamed, false, "renamed-column")]
    [InlineData("fail", Retyped, false, "retyped-column")]
    [InlineData("add", Added, true, "added-column")]
    [InlineData("add", Missing, true, "missing-column")]
    [InlineData("add", Renamed, true, "renamed-column")]
    [InlineData("add", Retyped, true, "retyped-column")]
    [InlineData("rescue", Added, true, "added-column")]
    [InlineData("rescue", Missing, true, "missing-column")]
    [InlineData("rescue", Renamed, true, "renamed-column")]
    [InlineData("rescue", Retyped, true, "retyped-column")]
    [InlineData("ignore", Added, true, "added-column")]
    [InlineData("ignore", Missing, true, "missing-column")]
    [InlineData("ignore", Renamed, true, "renamed-column")]
    [InlineData("ignore", Retyped, true, "retyped-column")]
    public async Task Each_change_of_columns_has_the_outcome_of_the_policy(string policy, string change, bool accepted, string code)
    {
        var (pipeline, result) = await PeriodAsync(policy.Length == 0 ? "" : $"schema: {policy}", Change(change));

        Assert.Equal(accepted, result.Accepted);
        Assert.Contains(accepted ? result.Warnings : result.Errors, f => f.Code == code);
        if (!accepted)
        {
            return;
        }

        var key = result.RequireKey();
        await using var stream = await pipeline.Steps.Runner.OpenAsync(pipeline.Pipeline, key, "table.bin");
        var table = Table.Load(stream);
        string[] expected = change switch
        {
            Added => policy == "add" ? ["ID", "A", "B", "KIND", "TARGET", "NEW"] : ["ID", "A", "B", "KIND", "TARGET"],
            Missing => ["ID", "A", "KIND", "TARGET"],
            Renamed => policy == "add" ? ["ID", "A", "B", "TARGET", "KINDS"] : ["ID", "A", "B", "TARGET"],
            _ => ["ID", "A", "B", "KIND", "TARGET"],
        };
        Assert.Equal(expected, table.Columns.Select(c => c.Name));
        if (change == Retyped)
        {
            Assert.Equal(40, Assert.IsType<NumberColumn>(table["A"]).MissingCount);
        }

        if (policy != "rescue" || change == Missing)
        {
            Assert.DoesNotContain(result.Warnings, w => w.Code == "rescued-cells");
            return;
        }

        var rescued = CsvFile.ReadRecords(new MemoryStream(Encoding.UTF8.GetBytes(await pipeline.ReadAsync(key, "rescued.csv")))).ToList();
        Assert.Equal(["line", "id", "rescued"], rescued[0]);
        Assert.Equal((change == Retyped ? 40 : 50) + 1, rescued.Count);
        Assert.Equal(["2", "1001"], rescued[1][..2]);
        var (column, cell) = change switch { Added => ("NEW", "01.50"), Renamed => ("KINDS", Lines()[1].Split(',')[3]), _ => ("A", "high 2") };
        Assert.Equal(cell, JsonDocument.Parse(rescued[1][2]).RootElement.GetProperty(column).GetString());
    }

    [Fact]
    public async Task An_added_column_joins_the_features_of_later_periods_under_add_and_is_missing_before()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\nschema: add\n");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(400, 1));
        var second = await pipeline.DropAsync("20201001", Change(Added));
        var third = await pipeline.DropAsync("20201101", SmallCase.Csv(50, 3, 2000));
        var run = await pipeline.RunAsync(third, initial, second);

        var transform = await pipeline.ReadAsync(run.Accumulate.RequireKey(), "transform.json");
        Assert.Contains("\"NEW\"", transform, StringComparison.Ordinal);
        Assert.Contains(run.ScoreFeatures.Warnings, w => w is { Code: "absent-column", ColumnName: "NEW" });
        Assert.Equal(50, run.Predict.Rows);
    }

    [Fact]
    public async Task The_learned_schema_is_kept_readable_and_new_values_are_held_against_it()
    {
        var lines = Lines();
        lines[5] = Cell(lines[5], 2, "4000");
        lines[6] = Cell(lines[6], 3, "w");
        lines[7] = Cell(lines[7], 0, "12");
        lines[8] = Cell(lines[8], 1, "");
        var (pipeline, result) = await PeriodAsync("schema: {levels: {out-of-range: warning}}", string.Join('\n', lines));

        Assert.True(result.Accepted);
        Assert.Contains(result.Warnings, w => w is { Code: "out-of-range", ColumnName: "B", Line: 6 });
        Assert.Contains(result.Warnings, w => w is { Code: "unseen-category", ColumnName: "KIND", Line: 7 });
        Assert.Contains(result.Warnings, w => w is { Code: "duplicate-id", ColumnName: "ID", Line: 8 } && w.Message.Contains("initial.csv", StringComparison.Ordinal));
        Assert.Contains(result.Warnings, w => w is { Code: "missing-value", ColumnName: "A", Line: 9 });
        var learned = TableSchema.Parse(await pipeline.ReadAsync(result.RequireKey(), "learned.json"));
        Assert.Equal(["w", "x", "y", "z"], learned.Columns.Single(c => c.Name == "KIND").Categories!);
    }

    [Theory]
    [InlineData("out-of-range")]
    [InlineData("unseen-category")]
    public async Task A_level_of_the_definition_makes_a_finding_refuse_the_file_or_vanish(string rule)
    {
        var lines = Lines();
        lines[5] = Cell(Cell(lines[5], 2, "4000"), 3, "w");
        var text = string.Join('\n', lines);
        var (_, refused) = await PeriodAsync($"schema: {{levels: {{{rule}: error}}}}", text);
        var (_, silent) = await PeriodAsync($"schema: {{levels: {{{rule}: ignore}}}}", text);

        Assert.False(refused.Accepted);
        Assert.Equal([rule], refused.Errors.Select(e => e.Code));
        Assert.True(silent.Accepted);
        Assert.DoesNotContain(silent.Warnings, w => w.Code == rule);
    }

    [Fact]
    public async Task An_edited_schema_beside_the_definition_takes_the_place_of_the_learned_one_for_runs_that_begin_after()
    {
        var (pipeline, before) = await PeriodAsync("schema: {levels: {out-of-range: error}}", SmallCase.Csv(50, 2, 1001));
        Assert.True(before.Accepted);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(400, 1));
        var learned = await pipeline.ReadAsync((await pipeline.ValidateAsync(initial)).RequireKey(), "learned.json");
        var schema = TableSchema.Parse(learned);
        var edited = schema with { Columns = [.. schema.Columns.Select(c => c.Name == "B" ? c with { Max = 50 } : c)] };
        await pipeline.Account.Definitions.GetBlobClient("p.schema.json").UploadAsync(BinaryData.FromString(edited.ToJson()));
        await pipeline.DefineAsync(SmallCase.Definition + "\nschema: {levels: {out-of-range: error}}\n");
        initial = await pipeline.DropAsync("initial", SmallCase.Csv(400, 1));
        var after = await pipeline.ValidateAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(50, 2, 1001)), initial);

        Assert.False(after.Accepted);
        Assert.Contains("(0.", after.Errors.Single(e => e.Code == "out-of-range").Message, StringComparison.Ordinal);
        Assert.Contains("to 50)", after.Errors.Single(e => e.Code == "out-of-range").Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_column_that_alone_tells_the_label_is_told_of_the_history()
    {
        var lines = SmallCase.Csv(400, 1).TrimEnd('\n').Split('\n');
        var text = string.Join('\n', lines.Select((line, i) => line + (i == 0 ? ",PAID_BACK" : line.EndsWith('1') ? ",7" : ",3")));
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var result = await pipeline.ValidateAsync(text);

        Assert.True(result.Accepted);
        Assert.Equal(["PAID_BACK"], result.Warnings.Where(w => w.Code == "leaking-column").Select(w => w.ColumnName));
    }

    private async Task<(TestPipeline Pipeline, ValidateResult Result)> PeriodAsync(string schema, string text)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, $"{SmallCase.Definition}\n{schema}\n");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(400, 1));
        return (pipeline, await pipeline.ValidateAsync(await pipeline.DropAsync("20201001", text), initial));
    }

    private static string[] Lines() => SmallCase.Csv(50, 2, 1001).TrimEnd('\n').Split('\n');

    private static string Change(string change)
    {
        var lines = Lines();
        return string.Join('\n', lines.Select((line, i) => change switch
        {
            Added => line + (i == 0 ? ",NEW" : ",01.50"),
            Missing => string.Join(',', line.Split(',').Where((_, c) => c != 2)),
            Renamed => i == 0 ? line.Replace("KIND", "KINDS", StringComparison.Ordinal) : line,
            _ => i == 0 || i > 40 ? line : Cell(line, 1, $"high {i + 1}"),
        })) + "\n";
    }

    private static string Cell(string line, int place, string cell)
    {
        var cells = line.Split(',');
        cells[place] = cell;
        return string.Join(',', cells);
    }
}
