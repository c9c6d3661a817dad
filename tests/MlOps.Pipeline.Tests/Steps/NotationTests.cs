using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Numbers and dates that people write in another way than computers do.</summary>
public sealed class NotationTests(AzuriteFixture azurite)
{
    private const string Definition = "label: TARGET\nid: ID\n" + WrittenCase.Model;

    /// <summary>How an amount is written, the delimiter of the file, and what the definition says of it.</summary>
    public static TheoryData<string, char, string, string> Notations => new()
    {
        { "comma", ';', "", "number-notation" },
        { "comma", ',', "", "number-notation" },
        { "comma", ';', "csv: {decimal: \",\"}\n", "" },
        { "dollar", ',', "", "number-notation" },
        { "euro", ';', "", "number-notation" },
        { "percent", ',', "", "number-notation" },
        { "grouped", ',', "", "number-notation" },
        { "german", ';', "csv: {columns: {AMOUNT: {decimal: \",\", thousands: \".\"}}}\n", "" },
        { "german", ';', "", "number-notation" },
        { "french", ';', "", "number-notation" },
        { "swiss", ',', "", "number-notation" },
        { "kilograms", ',', "", "number-notation" },
    };

    [Theory]
    [MemberData(nameof(Notations))]
    public async Task An_amount_is_a_number_however_it_is_written(string notation, char delimiter, string settings, string warning)
    {
        var plain = await RunAsync(Definition, Csv("plain", ',', 0, 900), Csv("plain", ',', 5000, 150));
        var written = await RunAsync(Definition + settings, Csv(notation, delimiter, 0, 900), Csv(notation, delimiter, 5000, 150));

        Assert.True(plain.Run.Predict.Metrics["auc"] > 0.85);
        Assert.Equal(plain.Run.Predict.Metrics["auc"], written.Run.Predict.Metrics["auc"], 12);
        Assert.Equal(plain.Scores, written.Scores);
        Assert.Equal(warning.Length > 0, written.Initial.Warnings.Any(w => w.Code == "number-notation" && w.ColumnName == "AMOUNT" && w.Message.Contains("csv: {columns: {AMOUNT: {decimal:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Days_written_as_whole_numbers_are_told_with_the_setting_that_makes_dates_of_them()
    {
        // 85 % positive in the first half of each year, which the number does not show.
        string Day(double u) => new DateOnly(2020, 1, 1).AddDays((int)(u * 1460)).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var history = WrittenCase.Csv("ID,DAY,TARGET", 1500, (i, u) => [i, Day(u[0]), u[1] < (int.Parse(Day(u[0])[4..6], CultureInfo.InvariantCulture) <= 6 ? 0.85 : 0.15) ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);

        var told = Assert.Single((await pipeline.ValidateAsync(history)).Warnings, w => w.Code == "compact-dates");

        const string Setting = "csv: {columns: {DAY: {date: y/m/d}}}";
        Assert.Contains(Setting, told.Message, StringComparison.Ordinal);
        var (scores, initial, _) = await RunAsync(Definition + Setting + "\n", history, "ID,DAY\n9001,20230214\n9002,20230514\n9003,20230814\n9004,20231114\n");
        Assert.DoesNotContain(initial.Warnings, w => w.Code == "compact-dates");
        Assert.True(Math.Min(scores["9001"], scores["9002"]) > Math.Max(scores["9003"], scores["9004"]) + 0.3, string.Join(' ', scores.Values));
    }

    [Theory]
    [InlineData("{0} kg", "{0} g", "kg", "g")]
    [InlineData("${0}", "€{0}", "$", "€")]
    [InlineData("{0} %", "{0} $", "%", "$")]
    [InlineData("${0}", "{0} USD", null, null)]
    [InlineData("{0} kg", "{0}", null, null)]
    [InlineData("{0} kg", "{0}kg", null, null)]
    public async Task A_period_in_another_unit_than_the_history_is_told(string before, string now, string? usual, string? unit)
    {
        string Rows(string form, int from, int count) => WrittenCase.Csv(
            "ID,AMOUNT,TARGET", count, (i, u) => [from + i, string.Format(CultureInfo.InvariantCulture, form, Math.Round(u[0] * 100, 2)), u[1] < u[0] ? 1 : 0]);
        var run = await RunAsync(Definition, Rows(before, 0, 600), Rows(now, 5000, 50));

        var told = (await run.Pipeline.ValidateAsync(run.Drop, run.History)).Warnings.Where(w => w.Code == "other-unit").ToArray();

        Assert.Equal(usual is null ? 0 : 1, told.Length);
        Assert.All(told, w => Assert.Equal("AMOUNT", w.ColumnName));
        Assert.All(told, w => Assert.Contains($"numbers in {unit} here", w.Message, StringComparison.Ordinal));
        Assert.All(told, w => Assert.Contains($"convert the column to {usual}", w.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_number_that_can_be_read_in_two_ways_is_told_and_not_used()
    {
        var history = WrittenCase.Csv("ID,AMOUNT,X,TARGET", 300, (i, u) => [i, $"{1 + (int)(u[0] * 9)},{100 + (int)(u[1] * 900)}", Math.Round(u[2], 3), u[2] < 0.5 ? 1 : 0]);
        var (_, initial, run) = await RunAsync(Definition, history, "ID,AMOUNT,X\n9001,\"1,234\",0.2\n");

        var warning = Assert.Single(initial.Warnings, w => w.Code == "unclear-numbers");
        Assert.Contains("{AMOUNT: {decimal: \",\"}}", warning.Message, StringComparison.Ordinal);
        Assert.Contains("thousands: \",\"", warning.Message, StringComparison.Ordinal);
        Assert.Equal(1, run.ScoreFeatures.Features);
    }

    [Fact]
    public async Task A_period_that_is_written_otherwise_than_the_history_is_read_as_what_it_is_and_told()
    {
        var plain = await RunAsync(Definition, Csv("plain", ',', 0, 900), Csv("plain", ',', 5000, 150));
        var semicolon = await RunAsync(Definition, Csv("plain", ',', 0, 900), Csv("comma", ';', 5000, 150));

        Assert.Equal(plain.Scores, semicolon.Scores);
        var codes = (await semicolon.Pipeline.ValidateAsync(semicolon.Drop, semicolon.History)).Warnings.Select(w => w.Code).ToList();
        Assert.Contains("other-delimiter", codes);
        Assert.Contains("other-notation", codes);
    }

    [Fact]
    public async Task A_regression_on_prices_with_a_decimal_comma_learns_the_prices()
    {
        var history = WrittenCase.Csv("ID,AREA,PRICE", 600, (i, u) => [i, Comma(u[0] * 10), Comma((u[0] * 30) + u[1])], ';');
        var drop = "ID;AREA\n9001;1,0\n9002;9,5\n";
        var (scores, initial, _) = await RunAsync("task: regression\nlabel: PRICE\nid: ID\n" + WrittenCase.Model, history, drop);

        Assert.InRange(scores["9001"], 2, 6);
        Assert.InRange(scores["9002"], 26, 31);
        Assert.Contains(initial.Warnings, w => w.Code == "number-notation" && w.ColumnName == "PRICE");
    }

    [Fact]
    public async Task Prices_with_a_decimal_comma_are_never_classes()
    {
        var history = WrittenCase.Csv("ID,AREA,PRICE", 300, (i, u) => [i, Comma(u[0] * 10), Comma(u[0] * 30)], ';');
        var pipeline = await TestPipeline.CreateAsync(azurite, "task: multiclass\nlabel: PRICE\nid: ID\n");

        var refused = await pipeline.ValidateAsync(await pipeline.DropAsync("initial", history));

        Assert.False(refused.Accepted);
        Assert.Contains("write 'task: regression'", refused.Errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sentinel_of_one_column_is_missing_there_and_the_other_markers_stay()
    {
        var history = WrittenCase.Csv("ID,T,X,TARGET", 600, (i, u) => [i, i % 5 == 0 ? "-200" : i % 7 == 0 ? "NA" : Math.Round(u[0] * 40, 1), i % 5 == 0 ? -200 : Math.Round(u[1], 2), u[0] < 0.5 ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition + "csv: {columns: {T: {missing: [-200]}}}\n");
        var initial = await pipeline.DropAsync("initial", history);

        var validated = await pipeline.ValidateAsync(initial);

        await using var stream = await pipeline.Steps.Runner.OpenAsync(pipeline.Pipeline, validated.RequireKey(), "table.bin");
        var table = MlOps.Tabular.Table.Load(stream);
        Assert.Equal(120 + 68, table["T"].MissingCount);
        Assert.Equal(0, table["X"].MissingCount);
    }

    [Theory]
    [InlineData("yyyy-MM-dd")]
    [InlineData("dd/MM/yyyy")]
    [InlineData("MM/dd/yyyy")]
    [InlineData("yyyy/M/d")]
    [InlineData("dd.MM.yyyy HH:mm")]
    [InlineData("yyyy-MM-dd'T'HH:mm:ss'Z'")]
    [InlineData("MMM d, yyyy")]
    [InlineData("yyyy'年'M'月'd'日'")]
    public async Task A_column_of_dates_becomes_numbers_of_time(string form)
    {
        // Winter is positive: only a learner that sees the month can tell, for the year to be predicted is new.
        string Row(int day, double u) => new DateTime(2022, 1, 1, 12, 0, 0, DateTimeKind.Utc).AddDays(day).ToString(form, CultureInfo.InvariantCulture);
        bool Winter(int day) => new DateTime(2022, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(day).Month is 11 or 12 or 1 or 2;
        var history = WrittenCase.Csv("ID,DAY,X,TARGET", 1000, (i, u) => [i, Row(i % 700, u[0]), Math.Round(u[1], 3), Winter(i % 700) ? 1 : 0]);
        var drop = WrittenCase.Csv("ID,DAY,X,TARGET", 300, (i, u) => [9000 + i, Row(731 + i, u[0]), Math.Round(u[1], 3), Winter(731 + i) ? 1 : 0]);

        var (_, initial, run) = await RunAsync(Definition, history, drop);

        Assert.True(run.Predict.Metrics["auc"] > 0.97, $"{run.Predict.Metrics["auc"]}");
        Assert.Contains(initial.Warnings, w => w.Code == "dates" && w.ColumnName == "DAY");
        Assert.Equal(form.Contains('H', StringComparison.Ordinal) ? 7 : 6, run.ScoreFeatures.Features);
        Assert.DoesNotContain(run.ScoreFeatures.Warnings, w => w.Code == "unseen-category");
        Assert.Empty(run.Inspect.Incidents);
    }

    [Theory]
    [InlineData("H:mm", "")]
    [InlineData("HH:mm:ss", "")]
    [InlineData("h:mm tt", "")]
    [InlineData("H:mm", "csv: {columns: {START: {time: h:m}}}\n")]
    public async Task A_time_of_day_counts_in_minutes_in_whatever_form_a_period_writes_it(string form, string settings)
    {
        // The night is positive. No minute of the period occurs in the history, where only even ones do.
        static string Text(int minute, string form) => new TimeOnly(minute / 60, minute % 60).ToString(form, CultureInfo.InvariantCulture);
        static bool Night(int minute) => minute is < 300 or > 1200;
        var history = WrittenCase.Csv("ID,START,X,TARGET", 1000, (i, u) => [i, Text(2 * (i * 37 % 720), form), Math.Round(u[1], 3), Night(2 * (i * 37 % 720)) ? 1 : 0]);
        var plain = WrittenCase.Csv("ID,START,X,TARGET", 1000, (i, u) => [i, 2 * (i * 37 % 720), Math.Round(u[1], 3), Night(2 * (i * 37 % 720)) ? 1 : 0]);
        string Period(Func<int, object> write) => WrittenCase.Csv("ID,START,X,TARGET", 300, (i, u) => [9000 + i, write((2 * (i * 53 % 720)) + 1), Math.Round(u[1], 3), Night((2 * (i * 53 % 720)) + 1) ? 1 : 0]);

        var numbers = await RunAsync(Definition, plain, Period(m => m));
        var times = await RunAsync(Definition + settings, history, Period(m => Text(m, "HH:mm")));

        Assert.True(times.Run.Predict.Metrics["auc"] > 0.97);
        Assert.Equal(numbers.Scores, times.Scores);
        Assert.Equal(settings.Length == 0, times.Initial.Warnings.Any(w => w is { Code: "times", ColumnName: "START" } && w.Message.Contains("'csv: {columns: {START: {time: h:m}}}'", StringComparison.Ordinal)));
        Assert.DoesNotContain(times.Run.ScoreFeatures.Warnings, w => w.Code == "unseen-category");
    }

    [Fact]
    public async Task Dates_whose_order_nothing_shows_are_told_with_the_settings_and_become_no_categories()
    {
        var history = WrittenCase.Csv("ID,DAY,X,TARGET", 300, (i, u) => [i, $"{1 + (i % 12):00}/{1 + (i % 11):00}/2023", Math.Round(u[1], 3), u[1] < 0.5 ? 1 : 0]);
        var (_, initial, run) = await RunAsync(Definition, history, "ID,DAY,X\n9001,05/06/2023,0.2\n");

        var warning = Assert.Single(initial.Warnings, w => w.Code == "unclear-dates");
        Assert.Contains("{DAY: {date: d/m/y}}", warning.Message, StringComparison.Ordinal);
        Assert.Contains("{DAY: {date: m/d/y}}", warning.Message, StringComparison.Ordinal);
        Assert.Equal(1, run.ScoreFeatures.Features);
        var (_, said, told) = await RunAsync(Definition + "csv: {columns: {DAY: {date: d/m/y}}}\n", history, "ID,DAY,X\n9001,05/06/2023,0.2\n");
        Assert.DoesNotContain(said.Warnings, w => w.Code == "unclear-dates");
        Assert.Equal(6, told.ScoreFeatures.Features);
    }

    [Fact]
    public async Task A_date_after_the_period_is_told_and_one_within_its_month_is_not()
    {
        var history = WrittenCase.Csv("ID,DAY,X,TARGET", 300, (i, u) => [i, $"2023-{1 + (i % 12):00}-{1 + (i % 28):00}", Math.Round(u[1], 3), u[1] < 0.5 ? 1 : 0]);
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        var initial = await pipeline.DropAsync("initial", history);
        var within = await pipeline.ValidateAsync(await pipeline.DropAsync("20240101", "ID,DAY,X\n9001,2024-01-31,0.2\n"), initial);
        var after = await pipeline.ValidateAsync(await pipeline.DropAsync("20240101", "ID,DAY,X\n9001,2024-01-30,0.2\n9002,2024-03-01,0.2\n"), initial);

        Assert.DoesNotContain(within.Warnings, w => w.Code == "later-date");
        var warning = Assert.Single(after.Warnings, w => w.Code == "later-date");
        Assert.Equal(("DAY", 3L), (warning.ColumnName, warning.Line));
        Assert.Contains("after 2024-01-31, the period's end, the first 2024-03-01", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_that_give_the_label_away_together_are_told_when_the_history_arrives()
    {
        var history = WrittenCase.Csv("ID,PART,REST,X,SUM", 300, (i, u) =>
        {
            var (part, rest) = ((int)(u[0] * 100), (int)(u[1] * 70));
            return [i, part, rest, Math.Round(u[2], 3), part + rest];
        });
        var pipeline = await TestPipeline.CreateAsync(azurite, "task: regression\nlabel: SUM\nid: ID\n");

        var validated = await pipeline.ValidateAsync(await pipeline.DropAsync("initial", history));

        var warning = Assert.Single(validated.Warnings, w => w.Code == "leaking-column");
        Assert.Contains("together give the label exactly", warning.Message, StringComparison.Ordinal);
        Assert.Contains("'exclude: [PART, REST]'", warning.Message, StringComparison.Ordinal);
    }

    private static string Csv(string notation, char delimiter, int firstId, int rows) => WrittenCase.Csv("ID,AMOUNT,X,TARGET", rows, (i, u) =>
    {
        var amount = Math.Round(u[0] * 4000, 2);
        return [firstId + i, Write(amount, notation), Math.Round(u[1], 3), u[2] < (amount < 2000 ? 0.92 : 0.06) ? 1 : 0];
    }, delimiter);

    private static string Comma(double value) => value.ToString("0.0", CultureInfo.InvariantCulture).Replace('.', ',');

    private static string Write(double amount, string notation)
    {
        var plain = amount.ToString("0.00", CultureInfo.InvariantCulture);
        var grouped = amount.ToString("#,##0.00", CultureInfo.InvariantCulture);
        return notation switch
        {
            "comma" => plain.Replace('.', ','),
            "dollar" => "$" + grouped,
            "euro" => plain.Replace('.', ',') + " €",
            "percent" => plain + "%",
            "grouped" => grouped,
            "german" => grouped.Replace(',', '_').Replace('.', ',').Replace('_', '.'),
            "french" => grouped.Replace(',', '\u00A0').Replace('.', ','),
            "swiss" => grouped.Replace(',', '\''),
            "kilograms" => plain + " kg",
            _ => plain,
        };
    }

    private async Task<Outcome> RunAsync(string definition, string history, string drop)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        var initial = await pipeline.DropAsync("initial", history);
        var validated = await pipeline.ValidateAsync(initial);
        Assert.True(validated.Accepted, string.Join('\n', validated.Errors.Select(e => e.Message)));
        var period = await pipeline.DropAsync("20240101", drop);
        var run = await pipeline.RunAsync(period, initial);
        var rows = await pipeline.PredictionsAsync(run.Predict);
        return new Outcome(rows[1..].ToDictionary(r => r[0], r => double.Parse(r[2], CultureInfo.InvariantCulture)), validated, run, pipeline, initial, period);
    }

    private sealed record Outcome(Dictionary<string, double> Scores, ValidateResult Initial, TestRun Run, TestPipeline Pipeline, PinnedDrop History, PinnedDrop Drop)
    {
        public void Deconstruct(out Dictionary<string, double> scores, out ValidateResult initial, out TestRun run) => (scores, initial, run) = (Scores, Initial, Run);
    }
}
