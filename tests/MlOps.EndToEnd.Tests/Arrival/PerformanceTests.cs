using System.Globalization;
using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>How predictions turn out, once labels are there: by model version and month, with the time at which it was known.</summary>
public sealed class PerformanceTests(AzuriteFixture azurite)
{
    private const string January = "20210101", February = "20210201", March = "20210301", May = "20210501";

    [Fact]
    public async Task Late_labels_restate_the_past_by_model_version_and_month_and_earlier_values_stay_with_their_time()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always");
        await system.DropAsync("initial");
        await system.DropAsync(January, SmallCase.File(January, labelled: false));
        await system.SettledAsync("initial", January);
        var published = await system.ManifestAsync(January);
        var times = new List<DateTimeOffset>();

        // January's labels come in February, March and May: a third, two thirds, all with nine corrected.
        foreach (var (month, thirds, corrected) in new[] { (February, 1, 0), (March, 2, 0), (May, 3, 9) })
        {
            await system.DropAsync(month, SmallCase.File(month, labelled: false));
            await system.SettledAsync(month);
            var dropped = DateTimeOffset.UtcNow;
            await system.DropAsync(January, Labelled(January, thirds, corrected));
            var known = times.Count;
            while ((await BookAsync(system)).Count(e => e.Performance.Period == January) == known)
            {
                Assert.True(DateTimeOffset.UtcNow - dropped < Patience.Limit, $"The labels have no metrics within {Patience.Limit.TotalMinutes} minutes.");
                await Task.Delay(Patience.Pause);
            }

            times.Add(DateTimeOffset.UtcNow);
            await system.SettledAsync();
        }

        var book = await BookAsync(system);
        var january = book.Where(e => e.Performance.Period == January).ToArray();
        Assert.Equal([66, 133, 200], january.Select(e => e.Performance.Metrics["rows"]));
        Assert.All(january, e => Assert.Equal((published.ModelVersion, published.PredictionsSha256, 1), (e.Performance.ModelVersion, e.Performance.PredictionsSha256, e.Performance.Revision)));
        var now = await system.ManifestAsync(January);
        Assert.Equal((1, published.AsOf, published.PredictionsSha256), (now.Revision, now.AsOf, now.PredictionsSha256));

        // What was known at each time is still told, and each value is the log loss of the published file.
        foreach (var (at, i) in times.Select((t, i) => (t, i)))
        {
            var then = Assert.Single(PerformanceBook.AsOf(book, at), e => e.Performance.Period == January);
            Assert.Equal(january[i], then);
        }

        Assert.Equal(LogLoss(await system.PredictionsAsync(January), Labelled(January, 1, 0)), january[0].Performance.Value!.Value, 12);
        Assert.Equal(LogLoss(await system.PredictionsAsync(January), Labelled(January, 3, 9)), january[2].Performance.Value!.Value, 12);
        Assert.All(january, e => Assert.True(e.Performance.Low < e.Performance.Value && e.Performance.Value < e.Performance.High));

        // February was predicted anew as January's labels became known: its labels measure every version that predicted it.
        await system.DropAsync(February);
        await system.UntilAsync(l => l.Current(February)!.Revision == 2, "February's labels arrived");
        var ledger = await system.SettledAsync();
        var february = PerformanceBook.AsOf(await BookAsync(system)).Where(e => e.Performance.Period == February).Select(e => e.Performance).ToArray();
        Assert.Equal([1, 2, 3, 4], february.Select(p => p.Revision));
        Assert.Equal(4, february.Select(p => p.ModelVersion).Distinct().Count());
        Assert.All(february, p => Assert.Equal(200, p.Metrics["rows"]));
        Assert.Equal(4, ledger.Publications.Where(p => p.Period == February).Select(p => p.PredictionsSha256).Distinct().Count());
        Assert.Equal(LogLoss(await system.PredictionsAsync(February), SmallCase.File(February)), february[^1].Value!.Value, 12);
    }

    [Fact]
    public async Task Ten_periods_dropped_at_once_all_end_right()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always");
        string[] months = [.. Enumerable.Range(1, 10).Select(m => $"2021{m:00}01")];
        await Task.WhenAll(months.Reverse().Append("initial").Select(m => system.DropAsync(m)));
        var ledger = await system.SettledAsync(["initial", .. months]);
        ledger = await system.UntilAsync(l => months.All(m => LedgerHistory.IsPublished(l, l.Current(m)!)) && l.Runs.All(r => r.State != RunState.Active), "every period is published");

        Assert.All(ledger.Runs, r => Assert.Equal(RunState.Succeeded, r.State));
        string? champion = null;
        for (var i = 0; i < months.Length; i++)
        {
            var manifest = await system.ManifestAsync(months[i]);
            Assert.Equal(["initial", .. months[..i]], manifest.History.Select(h => h.Period));
            Assert.Equal(champion, manifest.Promotion.Champion);
            champion = manifest.Promotion.Promoted ? manifest.ModelVersion : champion;
            Assert.Equal(200, manifest.Rows);
            Assert.Equal(manifest.PredictionsSha256, ContentHash.Of(await system.PredictionsAsync(months[i])));
        }

        Assert.Equal(champion, (await system.Get<AliasStore>().ReadAsync(ArrivalSystem.Name)).Champion);
        Assert.Equal(months, PerformanceBook.AsOf(await BookAsync(system)).Select(e => e.Performance.Period).Distinct());
    }

    private static Task<IReadOnlyList<PerformanceEntry>> BookAsync(ArrivalSystem system) => system.Get<PerformanceBook>().ReadAsync(ArrivalSystem.Name);

    private static byte[] Labelled(string period, int thirds, int corrected)
    {
        var lines = Encoding.UTF8.GetString(SmallCase.File(period)).Split('\n');
        var known = (lines.Length - 2) * thirds / 3;
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var cells = lines[i].Split(',', 3);
            cells[1] = i > known ? "" : i <= corrected ? (cells[1] == "1" ? "0" : "1") : cells[1];
            lines[i] = string.Join(',', cells);
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    // By hand, from the published file and the labels.
    private static double LogLoss(byte[] predictions, byte[] labelled)
    {
        var labels = Encoding.UTF8.GetString(labelled).Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => l.Split(',')).Where(c => c[1].Length > 0).ToDictionary(c => c[0], c => c[1] == "1");
        return Encoding.UTF8.GetString(predictions).Split('\n').Skip(1).Where(l => l.Length > 0).Select(l => l.Trim('\r').Split(',')).Where(c => labels.ContainsKey(c[0]))
            .Average(c => -Math.Log(labels[c[0]] ? double.Parse(c[2], CultureInfo.InvariantCulture) : 1 - double.Parse(c[2], CultureInfo.InvariantCulture)));
    }
}
