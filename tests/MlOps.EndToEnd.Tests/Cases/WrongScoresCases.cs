using System.Globalization;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Serving;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Cases;

/// <summary>
/// Files whose rows were once scored as what they are not, through the whole product. Each case says what it saw. The files lie in ../shared/cases;
/// without that folder the cases are skipped with the reason.
/// </summary>
public sealed class WrongScoresCases(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_branch_that_training_never_saw_has_not_the_score_of_the_first_one()
    {
        var seen = await PredictAsync("01-unseen-category", "c01.yaml");
        var branch = Records("01-unseen-category", "20240101.csv").Skip(1).ToDictionary(r => r[0], r => r[1]);
        var scores = seen.Rows.GroupBy(r => branch[r["ID"]]).ToDictionary(g => g.Key, g => g.Average(r => Number(r["SCORE"])));
        Saw(string.Join(", ", scores.Select(s => $"{s.Key} {s.Value:0.000}")));
        Assert.InRange(scores["A"], 0.75, 0.92);
        Assert.InRange(scores["Z"], 0.02, 0.5);
        Assert.Contains(seen.Warnings, w => w.Contains("none of the known categories", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "c02m.yaml")]
    [InlineData("fix", "c02f.yaml")]
    public async Task A_class_named_None_is_predicted(string sub, string definition)
    {
        var seen = await PredictAsync(Path.Combine("02-none-class", sub), definition);
        Saw($"{seen.Rows.Count} rows: {string.Join(", ", seen.Rows.Select(r => r["TARGET"]).Distinct())}, {seen.Rows.Min(r => Number(r["SCORE_None"])):0.000} and more");
        Assert.All(seen.Rows, r => Assert.True(r["TARGET"] == "None" && Number(r["SCORE_None"]) > 0.95));
    }

    [Fact]
    public async Task A_binary_label_in_which_None_is_missing_says_so()
    {
        var seen = await PredictAsync("02-none-class", "c02.yaml");
        Assert.Contains(seen.Warnings, w => w.Contains("'None' in 504 rows, which is taken for a missing label", StringComparison.Ordinal) && w.Contains("csv: {columns: {RISK: {missing: []}}}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Codes_are_the_classes_that_they_are()
    {
        string[] classes = ["007", "7", "0815", "12345678901234567", "12345678901234568"];
        var seen = await PredictAsync("03-class-codes", "c03.yaml");
        Saw(string.Join(", ", seen.Rows.Select(r => r["TARGET"])));
        Assert.Equal(classes.Order(StringComparer.Ordinal), seen.Rows.Select(r => r["TARGET"]).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Enumerable.Range(0, seen.Rows.Count).Select(i => classes[i % 5]), seen.Rows.Select(r => r["TARGET"]));
    }

    [Fact]
    public async Task Namibia_is_a_country()
    {
        var seen = await PredictAsync("04-namibia-id", "c04.yaml");
        Saw(string.Join(", ", seen.Rows.Select(r => r["ID"])));
        Assert.Equal(Records("04-namibia-id", "20240101.csv").Skip(1).Select(r => r[0]), seen.Rows.Select(r => r["ID"]));
    }

    [Fact]
    public async Task True_is_true_in_every_file()
    {
        var seen = await PredictAsync("05-json-bool", "c05.yaml");
        var scores = seen.Rows.ToDictionary(r => r["ID"], r => Number(r["SCORE"]));
        Saw(string.Join(", ", scores.Select(s => $"{s.Key} {s.Value:0.0000}")));
        Assert.Equal((scores["9001"], scores["9002"]), (scores["9003"], scores["9004"]));
        Assert.True(scores["9001"] > 0.8 && scores["9002"] < 0.2);
    }

    [Fact]
    public async Task Prices_with_a_decimal_comma_are_learned_as_prices()
    {
        var seen = await PredictAsync("19-decimal-comma", "c19r.yaml");
        var values = seen.Rows.Select(r => Number(r["TARGET"])).ToArray();
        Saw($"{values.Min():0.0} to {values.Max():0.0}; {string.Join(" | ", seen.Warnings)}");
        Assert.True(values.Max() - values.Min() > 3);
        Assert.Contains(seen.Warnings, w => w.Contains("PREIS", StringComparison.Ordinal) && w.Contains("decimal", StringComparison.Ordinal));
    }

    [Fact]
    public void NaN_of_a_Python_client_is_a_missing_value() =>
        Assert.NotNull(JsonRows.Read(File.ReadAllBytes(Path.Combine(Shared.DataPath("cases"), "20-json-nan", "request.json"))));

    [Fact]
    public async Task Ids_stand_in_the_predictions_as_in_the_file()
    {
        var seen = await PredictAsync("22-id-formula", "neg.yaml", "20201001");
        Saw(string.Join(" ", seen.Rows.Select(r => r["ID"])));
        Assert.Equal(Records("22-id-formula", "20201001.csv").Skip(1).Select(r => r[0]), seen.Rows.Select(r => r["ID"]));
    }

    [Theory]
    [InlineData("24-decimal-comma-runs", "d6.yaml")]
    [InlineData("25-currency", "d7.yaml")]
    public async Task Amounts_are_numbers_however_they_are_written(string folder, string definition)
    {
        var seen = await PredictAsync(folder, definition, "20201001");
        Saw($"AUC {seen.Auc:0.000}; {string.Join(" | ", seen.Warnings)}");
        Assert.InRange(seen.Auc, 0.85, 1);
        Assert.Contains(seen.Warnings, w => w.Contains("INCOME", StringComparison.Ordinal) && w.Contains("csv: {columns:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_period_with_semicolons_is_read_by_its_own_delimiter()
    {
        var commas = await PredictAsync("29-semicolon-period", "e6.yaml", "20201001");
        var both = await PredictAsync("29-semicolon-period", "e6.yaml", "20201001", "20201101");
        Saw($"{commas.Rows.Count} and {both.Rows.Count} rows; {string.Join(" | ", both.Warnings)}");
        Assert.Equal(150, both.Rows.Count);
        Assert.Contains(both.Warnings, w => w.Contains("separated by", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("single-quotes.csv", "h", "{'a': 1, 'b': 2}")]
    [InlineData("utf16-fffd.csv", "b", "\uFFFD")]
    [InlineData("gb18030-bom.csv", "a", "1")]
    public void Marks_and_quotes_are_only_what_stands_as_such(string file, string name, string cell)
    {
        var records = Records("31-csv-reader", file);
        Saw(string.Join(" / ", records.Select(r => string.Join(" , ", r))));
        Assert.Equal((name, cell), (records[0][0], records[1][0]));
    }

    /// <summary>Drops the history and the periods and reads what is predicted for the last one.</summary>
    private async Task<Seen> PredictAsync(string folder, string definition, params string[] periods)
    {
        periods = periods.Length == 0 ? ["20240101"] : periods;
        var path = Path.Combine(Shared.DataPath("cases"), folder);
        var yaml = await File.ReadAllTextAsync(Path.Combine(path, definition));
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: yaml);
        foreach (var period in periods.Prepend("initial"))
        {
            await system.DropAsync(period, await File.ReadAllBytesAsync(Path.Combine(path, period + ".csv")));
        }

        var ledger = await system.SettledAsync([.. periods.Prepend("initial")]);
        var warnings = new List<string>();
        foreach (var run in ledger.Runs)
        {
            var document = (await system.DocumentAsync(run.RunId))!;
            Assert.True(run.State == RunState.Succeeded, $"{run.Period}: {run.State} {run.Reason}");
            warnings.AddRange(document.Warnings.Select(w => w.Message));
        }

        var manifest = await system.ManifestAsync(periods[^1]);
        var records = CsvFile.ReadRecords(new MemoryStream(await system.PredictionsAsync(periods[^1])), new CsvReadOptions { Delimiter = ',', Quote = '"' }).ToArray();
        return new Seen(
            [.. records.Skip(1).Select(r => records[0].Zip(r).ToDictionary(c => c.First, c => c.Second))], warnings,
            PipelineDefinition.Parse(yaml, definition).Task == TaskKind.Binary ? manifest.Metrics["test"]["auc"] : double.NaN);
    }

    private static string[][] Records(string folder, string file)
    {
        using var stream = File.OpenRead(Path.Combine(Shared.DataPath("cases"), folder, file));
        return [.. CsvFile.ReadRecords(stream)];
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static void Saw(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);

    private sealed record Seen(IReadOnlyList<Dictionary<string, string>> Rows, IReadOnlyList<string> Warnings, double Auc);
}
