using System.Globalization;
using System.Text;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Side tables on their way into a period's rows: which of their rows are seen, and what becomes of files that do not fit.</summary>
public sealed class JoinTests(AzuriteFixture azurite)
{
    private const string Main = "label: TARGET\nid: ID\ntime: APPLIED\nmodel: {num_leaves: 4, num_iterations: 10, min_data_in_leaf: 2}\n";

    private const string Sources = """
        sources:
          bureau:
            key: CLIENT
            time: REPORTED
            windows: [30d, all]
            aggregate:
              CLIENT: [count]
              DEBT: [sum, last]
              STATUS: [last, share late]

        """;

    private static readonly string History = WithMore("ID,APPLIED,A,TARGET\n1,2020-06-01,5,0\n2,2020-07-01,6,1\n3,,7,0\n4,2020-07-01,9,1\n", "2020-07-01");

    [Fact]
    public async Task A_row_sees_what_had_happened_and_was_known_by_its_own_time_or_by_its_file_s_day()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources);
        var initial = (await p.DropAsync("initial", History)) with
        {
            // The last row of 1 is of the very day of its application, that of 2 of a day after it.
            Sides = [await p.SideAsync("bureau", "initial", "CLIENT,REPORTED,DEBT,STATUS\n1,2020-05-20,10,late\n1,2020-01-02,3,paid\n1,2020-06-01,100,late\n2,2020-07-02,50,paid\n3,2020-01-01,1,paid\n")],
        };
        var joined = await JoinAsync(p, initial, initial);

        Assert.Equal(["ID", "APPLIED", "A", "TARGET"], joined.Columns.Take(4).Select(c => c.Name));
        Assert.Equal("1 2 10 13 10 10 late late 1 0.5", Row(joined, 0));
        Assert.Equal("0 0 - - - - - - - -", Row(joined, 1));
        // Nobody knows when the third row was: it sees nothing at all.
        Assert.Equal("- - - - - - - - - -", Row(joined, 2));

        var period = (await p.DropAsync("20201001", "ID,A\n1,5\n2,1\n")) with
        {
            Sides =
            [
                .. initial.Sides!,
                // Known from the file's day on, which is the period's own: it corrects a row of the history and adds one.
                await p.SideAsync("bureau", "20201001", "CLIENT,REPORTED,DEBT,STATUS\n1,2020-05-20,20,paid\n1,2020-09-20,7,\n2,2020-10-01,900,late\n"),
            ],
        };
        var scored = await JoinAsync(p, period, initial);
        Assert.Equal("1 4 7 130 7 7 - late - 0.3333333333333333", Row(scored, 0));
        Assert.Equal("0 1 - 50 - 50 - paid - 0", Row(scored, 1));
    }

    [Fact]
    public async Task A_row_that_is_older_than_its_file_sees_what_was_delivered_up_to_the_file_s_day_of_what_had_happened_before_the_row()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources.Replace("[30d, all]", "[all]", StringComparison.Ordinal));
        var initial = await p.DropAsync("initial", History);
        var period = (await p.DropAsync("20201001", "ID,APPLIED,A\n1,2020-09-10,5\n2,2020-09-20,1\n")) with
        {
            Sides = [await p.SideAsync("bureau", "20201001", "CLIENT,REPORTED,DEBT,STATUS\n1,2020-09-05,7,late\n1,2020-09-10,50,paid\n2,2020-09-25,9,late\n")],
        };
        var joined = await JoinAsync(p, period, initial);
        Assert.Equal("1 7 7 late 1", Row(joined, 0));
        Assert.Equal("0 - - - -", Row(joined, 1));
    }

    [Fact]
    public async Task With_an_arrival_column_each_row_says_itself_since_when_it_was_known()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources.Replace("time: REPORTED", "time: REPORTED\n    arrival: LOADED", StringComparison.Ordinal).Replace("[30d, all]", "[all]", StringComparison.Ordinal));
        var initial = (await p.DropAsync("initial", History)) with
        {
            Sides = [await p.SideAsync("bureau", "initial", "CLIENT,REPORTED,LOADED,DEBT,STATUS\n1,2020-05-20,2020-05-21T00:00:00+09:00,10,late\n1,2020-05-20,2020-07-01,30,late\n2,2020-05-20,2020-06-30T20:00:00-05:00,4,\n4,2020-05-20,2020-06-30T18:59:59-05:00,4,\n")],
        };
        var joined = await JoinAsync(p, initial, initial);
        Assert.Equal("1 10 10 late 1", Row(joined, 0));
        // An hour after midnight in UTC, and a second before it.
        Assert.Equal("0 - - - -", Row(joined, 1));
        Assert.Equal("1 4 4 - -", Row(joined, 3));
    }

    [Fact]
    public async Task What_is_known_at_another_time_can_be_rebuilt_beside_what_was_known_then()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources.Replace("[30d, all]", "[all]", StringComparison.Ordinal));
        var initial = await p.DropAsync("initial", History);
        var late = await p.SideAsync("bureau", "20201101", "CLIENT,REPORTED,DEBT,STATUS\n1,2020-09-20,70,late\n");
        var soon = await p.SideAsync("bureau", "20201001", "CLIENT,REPORTED,DEBT,STATUS\n1,2020-09-20,7,paid\n");
        var period = await p.DropAsync("20201001", "ID,A\n1,5\n2,1\n");
        var then = await JoinAsync(p, period with { Sides = [soon] }, initial);
        var now = await JoinAsync(p, period with { Sides = [soon, late] }, initial, new DateTimeOffset(2020, 11, 1, 0, 0, 0, TimeSpan.Zero));
        var before = await JoinAsync(p, period with { Sides = [soon, late] }, initial, new DateTimeOffset(2020, 10, 31, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal("1 7 7 paid 0", Row(then, 0));
        Assert.Equal("1 70 70 late 1", Row(now, 0));
        Assert.Equal(Row(then, 0), Row(before, 0));
    }

    [Fact]
    public async Task A_definition_without_sources_reads_the_validated_table_itself()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main);
        var initial = await p.DropAsync("initial", History);
        var validated = await p.ValidateAsync(initial);
        Assert.Equal(validated.RequireKey(), await p.Steps.Join.TableKeyAsync("run", p.Pipeline, p.DefinitionHash, initial, initial, default));
    }

    [Fact]
    public async Task Files_of_other_sources_and_the_order_in_which_they_are_named_change_no_key()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources);
        var initial = await p.DropAsync("initial", History);
        PinnedSide[] sides = [await p.SideAsync("bureau", "initial", "CLIENT,REPORTED,DEBT,STATUS\n1,2020-05-20,10,late\n"), await p.SideAsync("cards", "initial", "X\n1\n")];
        Task<string> KeyAsync(params PinnedSide[] with) => p.Steps.Join.TableKeyAsync("run", p.Pipeline, p.DefinitionHash, initial with { Sides = with }, initial, default);
        Assert.Equal(await KeyAsync(sides), await KeyAsync(sides[0]));
        Assert.NotEqual(await KeyAsync(sides), await KeyAsync());
    }

    [Fact]
    public async Task A_model_learns_from_the_columns_of_a_side_table()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources);
        var (main, side) = Case("initial", 300);
        var (score, _) = Case("20201001", 60);
        var initial = (await p.DropAsync("initial", main)) with { Sides = [await p.SideAsync("bureau", "initial", side)] };
        var period = (await p.DropAsync("20201001", score)) with { Sides = initial.Sides };
        var run = await p.RunAsync(period, initial);
        Assert.True(run.Evaluate.Metrics["test"]["auc"] > 0.9, $"test AUC {run.Evaluate.Metrics["test"]["auc"]}");
        Assert.Contains("bureau_DEBT_sum_all", await p.ReadAsync(run.Accumulate.RequireKey(), "transform.json"), StringComparison.Ordinal);

        var without = await p.RunAsync(period with { Sides = null }, initial with { Sides = null });
        Assert.True(without.Evaluate.Metrics["test"]["auc"] < 0.75, $"test AUC {without.Evaluate.Metrics["test"]["auc"]} without the side table");
    }

    [Theory]
    [InlineData("CLIENT,REPORTED,DEPT,STATUS\n1,2020-05-20,10,late\n", "missing-column", "Did you mean 'DEPT'?")]
    [InlineData("CLIENT,REPORTED,DEBT,STATUS\n1,2020-05-20,ten,late\n", "text-in-number", "'ten' is not a number")]
    [InlineData("CLIENT,REPORTED,DEBT,STATUS\n1,,10,late\n", "text-in-number", "'REPORTED' is empty")]
    [InlineData("CLIENT,REPORTED,DEBT,STATUS\n1,20.5.2020,10,late\n", "text-in-number", "'20.5.2020' is not a date")]
    [InlineData("CLIENT,REPORTED,DEBT,STATUS\n1,2020-05-20,10\n", null, "")]
    public async Task A_file_that_does_not_fit_is_refused_whole_with_reasons(string text, string? code, string told)
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources);
        var result = await p.Steps.Side.RunAsync(new SideInput("run", TestPipeline.Name, p.DefinitionHash, await p.SideAsync("bureau", "20201001", text)));
        Assert.False(result.Accepted);
        Assert.Equal(code ?? result.Errors[0].Code, result.Errors[0].Code);
        Assert.Contains(told, result.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Up_to_the_share_of_the_definition_unusable_rows_are_set_aside()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources + "quarantine: 0.5\n");
        var result = await p.Steps.Side.RunAsync(new SideInput("run", TestPipeline.Name, p.DefinitionHash, await p.SideAsync("bureau", "20201001", "CLIENT,REPORTED,DEBT,STATUS\n1,2020-05-20,ten,late\n2,2020-05-20,10,late\n,2020-05-20,10,late\n")));
        Assert.Equal((true, 2L, 1L), (result.Accepted, result.Rows, result.QuarantinedRows));
        Assert.Contains("1,2020-05-20,ten,late", await p.ReadAsync(result.RequireKey(), "quarantine.csv"), StringComparison.Ordinal);
        Assert.Contains(result.Warnings, w => w.Code == "side-without-key");
    }

    [Fact]
    public async Task A_file_without_rows_is_a_month_in_which_nothing_happened()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources);
        var result = await p.Steps.Side.RunAsync(new SideInput("run", TestPipeline.Name, p.DefinitionHash, await p.SideAsync("bureau", "20201001", "CLIENT,REPORTED,DEBT,STATUS\n")));
        Assert.Equal((true, 0L), (result.Accepted, result.Rows));
    }

    [Fact]
    public async Task Rows_that_say_no_date_and_columns_that_are_there_already_are_refused()
    {
        var p = await TestPipeline.CreateAsync(azurite, Main + Sources);
        var odd = await p.DropAsync("initial", WithMore("ID,APPLIED,A,TARGET\n1,soon,5,0\n", "later"));
        Assert.Contains("'APPLIED' of p/initial.csv holds no dates", (await Assert.ThrowsAsync<StepRefusedException>(() => JoinAsync(p, odd, odd))).Message, StringComparison.Ordinal);
        var taken = await p.DropAsync("initial", WithMore("ID,APPLIED,bureau_count_all,TARGET\n1,2020-06-01,5,0\n", "2020-06-01"));
        Assert.Contains("'bureau_count_all'", (await Assert.ThrowsAsync<StepRefusedException>(() => JoinAsync(p, taken, taken))).Message, StringComparison.Ordinal);
    }

    // A history of few rows is refused.
    private static string WithMore(string rows, string applied) => rows + string.Concat(Enumerable.Range(100, 60).Select(i => $"{i},{applied},{i % 7},{i % 2}\n"));

    // The label is in the debt alone, which the main table does not have.
    private static (string Main, string Side) Case(string period, int rows)
    {
        var random = new Random(rows);
        var (main, side) = (new StringBuilder("ID,APPLIED,A,TARGET\n"), new StringBuilder("CLIENT,REPORTED,DEBT,STATUS\n"));
        for (var i = 0; i < rows; i++)
        {
            var debt = random.Next(100);
            main.Append(CultureInfo.InvariantCulture, $"{period[^1]}{i},2020-06-{1 + random.Next(28):00},{random.Next(9)},{(debt > 50 ? 1 : 0)}\n");
            side.Append(CultureInfo.InvariantCulture, $"{period[^1]}{i},2020-05-20,{debt},paid\n");
        }

        return (main.ToString(), side.ToString());
    }

    private static async Task<Table> JoinAsync(TestPipeline p, PinnedDrop drop, PinnedDrop initial, DateTimeOffset? knownAt = null)
    {
        var result = await p.Steps.Join.RunAsync(new JoinInput("run", TestPipeline.Name, p.DefinitionHash, drop, initial, knownAt));
        await using var stream = await p.Steps.Runner.OpenAsync(p.Pipeline, result.RequireKey(), ValidateStep.TableOutput);
        return Table.Load(stream);
    }

    private static string Row(Table table, int row) =>
        string.Join(' ', table.Columns.Where(c => c.Name.StartsWith("bureau_", StringComparison.Ordinal)).Select(c => c.Text(row) ?? "-"));
}
