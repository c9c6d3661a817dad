using MlOps.Cli.Sample;
using MlOps.Pipeline.Definitions;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Sample;

public sealed class CreditDefaultCaseTests
{
    private const int Rows = 12_000;

    [Fact]
    public void The_same_rows_and_seed_make_the_same_bytes()
    {
        using var one = new TemporaryFolder();
        using var other = new TemporaryFolder();
        Write(one, Rows, 7);
        Write(other, Rows, 7);
        foreach (var file in Directory.EnumerateFiles(one.Path))
        {
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(other[Path.GetFileName(file)]));
        }
    }

    [Fact]
    public void Another_seed_makes_other_rows()
    {
        using var one = new TemporaryFolder();
        using var other = new TemporaryFolder();
        Write(one, 600, 1);
        Write(other, 600, 2);
        Assert.NotEqual(File.ReadAllText(one["initial.csv"]), File.ReadAllText(other["initial.csv"]));
    }

    [Fact]
    public void The_known_first_row_of_seed_1_never_changes()
    {
        using var folder = new TemporaryFolder();
        Write(folder, 60, 1);
        Assert.StartsWith(
            "100002,0,Revolving loans,M,N,Y,1,130500.0,202746.0,11731.0,198000.0,Unaccompanied,Working,Secondary / secondary special,Married,",
            File.ReadAllLines(folder["initial.csv"])[1],
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void About_8_percent_default_and_the_truth_ranks_them_with_an_auc_of_about_three_quarters(int seed)
    {
        using var folder = new TemporaryFolder();
        var initial = Write(folder, 60_000, seed)[0];
        Assert.InRange((double)initial.Positives / initial.Rows, 0.07, 0.09);
        Assert.InRange(initial.TrueAuc!.Value, 0.735, 0.765);
    }

    [Fact]
    public void Every_file_has_the_122_columns_of_the_reference_case_and_ids_never_repeat()
    {
        using var folder = new TemporaryFolder();
        Write(folder, 600, 1);
        var ids = new HashSet<string>();
        foreach (var file in Directory.EnumerateFiles(folder.Path, "*.csv"))
        {
            var lines = File.ReadAllLines(file);
            Assert.Equal(122, lines[0].Split(',').Distinct().Count());
            Assert.StartsWith("SK_ID_CURR,TARGET,NAME_CONTRACT_TYPE,CODE_GENDER,", lines[0], StringComparison.Ordinal);
            Assert.EndsWith(",AMT_REQ_CREDIT_BUREAU_QRT,AMT_REQ_CREDIT_BUREAU_YEAR", lines[0], StringComparison.Ordinal);
            Assert.All(lines.Skip(1), line => Assert.Equal(122, Cells(line).Length));
            Assert.All(lines.Skip(1), line => Assert.True(ids.Add(Cells(line)[0])));
        }
    }

    [Fact]
    public void Holes_go_from_none_to_seven_in_ten()
    {
        using var folder = new TemporaryFolder();
        Write(folder, Rows, 1);
        var rows = File.ReadLines(folder["initial.csv"]).Skip(1).Select(Cells).ToArray();
        var holes = Enumerable.Range(0, 122).Select(c => rows.Count(row => row[c].Length == 0) / (double)Rows).ToArray();
        Assert.Contains(holes, share => share == 0);
        Assert.InRange(holes.Max(), 0.65, 0.72);
        Assert.InRange(holes.Count(share => share > 0), 60, 70);
    }

    [Fact]
    public void Only_the_last_two_periods_have_moved_away_from_the_history()
    {
        using var folder = new TemporaryFolder();
        Write(folder, 60_000, 1);
        double Mean(string file) => File.ReadLines(folder[file]).Skip(1).Select(line => Cells(line)[42]).Where(cell => cell.Length > 0).Average(double.Parse);
        var history = Mean("initial.csv");
        Assert.InRange(Mean("20201001.csv"), history - 0.01, history + 0.01);
        Assert.InRange(Mean("20201101.csv"), history - 0.01, history + 0.01);
        Assert.InRange(Mean("20201201.csv"), history - 0.08, history - 0.03);
        Assert.InRange(Mean("20210101.csv"), history - 0.16, history - 0.08);
    }

    [Fact]
    public void Its_definition_is_valid_and_selects_twenty_columns_that_exist()
    {
        var definition = PipelineDefinition.Parse(CreditDefaultCase.Definition(), "credit-default.yaml");
        Assert.Equal(20, definition.Features!.Count);
        Assert.Subset(CreditColumns.Names.ToHashSet(), definition.Features.ToHashSet());
        Assert.Equal("TARGET", definition.Label);
    }

    private static IReadOnlyList<SampleFile> Write(TemporaryFolder folder, int rows, int seed) =>
        CreditDefaultCase.Write(folder.Path, rows, seed, TestContext.Current.CancellationToken);

    // The only quoted cells hold ", " which no other cell does.
    private static string[] Cells(string line) => line.Replace(", ", "; ", StringComparison.Ordinal).Split(',');
}
