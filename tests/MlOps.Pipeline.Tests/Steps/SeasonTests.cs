using System.Globalization;
using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Thirty-six months of a feed with seasons in a number, a category, a share of holes and the label, with a month column, a counter and noise.</summary>
public sealed class SeasonTests(AzuriteFixture azurite)
{
    private const int RowsAMonth = 250;

    private const string Definition = """
        label: TARGET
        id: ID
        model: {num_leaves: 7, num_iterations: 30, learning_rate: 0.1, min_data_in_leaf: 10}
        """;

    private static readonly string[] Months = [.. Enumerable.Range(0, 36).Select(m => new DateOnly(2020, 1, 1).AddMonths(m).ToString("yyyyMMdd", CultureInfo.InvariantCulture))];

    [Fact]
    public async Task A_seasonal_feed_of_three_years_raises_no_drift_alert_for_its_seasons_in_the_third_and_a_planted_shift_is_found()
    {
        var (pipeline, initial, files) = await FeedAsync();
        var found = new List<string>();
        for (var month = 24; month < 36; month++)
        {
            var watched = await WatchAsync(pipeline, files[month], [initial, .. files[..month]]);
            found.AddRange(watched.Alerts.Select(a => $"{Months[month]}: {a.Cause}"));
            Assert.Equal([2020, 2021], watched.EarlierYears!);
        }

        Assert.True(found.Count == 0, string.Join("\n", found));

        // A July that is warmer by a deviation of its days than the two before it, and cooler than nothing that the whole year has seen.
        var shifted = await pipeline.DropAsync(Months[30], Month(30, shift: 3));
        var july = await WatchAsync(pipeline, shifted, [initial, .. files[..30]]);

        var warm = july.Alerts.Single(a => a.Subject == "WARMTH");
        Assert.Equal(("drift", "drift-values-month"), (warm.Kind, warm.Said!.Code));
        Assert.Matches("^'WARMTH' has drifted, beside the same month of 202[01] too: ", warm.Cause);
        Assert.Matches("^「WARMTH」がドリフトしました。202[01] 年の同じ月と比べても違います: ", Sentences.Word(warm.Said, Sentences.Japanese));
        Assert.All(july.Columns.Where(c => c.Drifted), c => Assert.Equal("WARMTH", c.Column));
    }

    [Fact]
    public async Task The_same_feed_raises_alerts_for_its_seasons_as_long_as_no_year_is_there_to_compare_with()
    {
        var (pipeline, initial, files) = await FeedAsync(months: 8);

        var watched = await WatchAsync(pipeline, files[7], [initial, .. files[..7]]);

        Assert.Null(watched.EarlierYears);
        Assert.Superset(new HashSet<string> { "WARMTH", "GOODS", "NOTE" }, watched.Columns.Where(c => c.Drifted).Select(c => c.Column).ToHashSet());
        // The calendar and a counter move on by themselves, from the first year on.
        Assert.Equal("drift-calendar", watched.Columns.Single(c => c.Column == "MONTH").ProblemSaid!.Code);
        Assert.Equal("drift-counter", watched.Columns.Single(c => c.Column == "SERIAL").ProblemSaid!.Code);
        Assert.DoesNotContain(watched.Alerts, a => a.Subject is "MONTH" or "SERIAL");
        Assert.DoesNotContain(watched.Columns, c => c.Season is not null);
    }

    [Fact]
    public async Task Years_inside_the_first_file_count_where_the_definition_names_its_time_column()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition + "\ntime: {column: DAY, period: month}");
        var initial = await pipeline.DropAsync("initial", string.Concat(Enumerable.Range(0, 24).Select((m, i) => Month(m, header: i == 0))));

        var watched = await WatchAsync(pipeline, await pipeline.DropAsync(Months[30], Month(30)), [initial]);

        Assert.Equal([2020, 2021], watched.EarlierYears!);
        Assert.DoesNotContain(watched.Columns.Where(c => c.Column is "WARMTH" or "GOODS" or "NOTE"), c => c.Drifted);
        Assert.Contains(watched.Columns, c => c is { Column: "WARMTH", Season.IsAway: false, Because.Code: "drift-season-values" });
    }

    private async Task<(TestPipeline Pipeline, PinnedDrop Initial, PinnedDrop[] Files)> FeedAsync(int months = 36)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Definition);
        // A first file of the whole year before, as a history is.
        var initial = await pipeline.DropAsync("initial", string.Concat(Enumerable.Range(-12, 12).Select((m, i) => Month(m, rows: 60, header: i == 0))));
        var files = new PinnedDrop[months];
        for (var month = 0; month < months; month++)
        {
            files[month] = await pipeline.DropAsync(Months[month], Month(month));
        }

        return (pipeline, initial, files);
    }

    private static async Task<MonitorDocument> WatchAsync(TestPipeline pipeline, PinnedDrop drop, params PinnedDrop[] history)
    {
        var run = await pipeline.RunAsync(drop, history);
        return JsonSerializer.Deserialize<MonitorDocument>(await pipeline.ReadAsync(run.Monitor.RequireKey(), "monitor.json"), ArtifactJson.Compact)!;
    }

    // Months are counted from January 2020; the seed is the month's, so that each file is the same in every test.
    private static string Month(int month, double shift = 0, int rows = RowsAMonth, bool header = true)
    {
        var first = new DateOnly(2020, 1, 1).AddMonths(month);
        var random = new Random(1000 + month);
        var season = Math.Sin(2 * Math.PI * (first.Month - 4) / 12);
        var text = new StringBuilder(header ? "ID,DAY,WARMTH,GOODS,NOTE,MONTH,SERIAL,NOISE,TARGET\n" : "");
        for (var i = 0; i < rows; i++)
        {
            var warmth = 10 + (8 * season) + (3 * Normal(random)) + shift;
            var goods = random.NextDouble() < 0.4 + (0.3 * season) ? "ice" : random.NextDouble() < 0.5 ? "tea" : "soup";
            var note = random.NextDouble() < 0.35 + (0.3 * season) ? "" : random.Next(5).ToString(CultureInfo.InvariantCulture);
            var target = random.NextDouble() < 0.2 + (0.02 * Math.Max(0, warmth - shift)) ? 1 : 0;
            text.Append(CultureInfo.InvariantCulture, $"{((month + 13) * 1000) + i},{first.AddDays(i % 28):yyyy-MM-dd},{warmth:F2},{goods},{note},{first.Month},{((month + 13) * 300) + i},{random.NextDouble():F4},{target}\n");
        }

        return text.ToString();
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
