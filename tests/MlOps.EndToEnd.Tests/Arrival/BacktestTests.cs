using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Registry;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>How the new model and the champion of every period turned out on it, as its labels come.</summary>
public sealed class BacktestTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Each_period_leaves_a_record_of_the_new_model_and_of_the_champion_that_it_met_once_its_labels_are_known()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always");
        string[] months = ["20210101", "20210201", "20210301"];
        await system.DropAsync("initial");
        await system.DropAsync(months[0]);
        await system.DropAsync(months[1], SmallCase.File(months[1], labelled: false));
        await system.SettledAsync("initial", months[0], months[1]);

        // Of February there are scores and no labels.
        var known = await BookAsync(system);
        Assert.Equal([(months[0], BacktestRecord.New, true)], known.Select(e => (e.Record.Period, e.Record.Way, e.Record.Predicted)));
        var january = await system.ManifestAsync(months[0]);
        Assert.Equal(january.ModelVersion, known[0].Record.ModelVersion);

        await system.DropAsync(months[1]);
        await system.UntilAsync(l => l.Current(months[1])!.Revision == 2, "February's labels arrived");
        await system.DropAsync(months[2]);
        await system.SettledAsync(["initial", .. months]);

        var february = await system.ManifestAsync(months[1]);
        var march = await system.ManifestAsync(months[2]);
        var records = BacktestBook.Before(await BookAsync(system), "20210401");
        Assert.Equal(
            [
                (months[0], BacktestRecord.New, january.ModelVersion, true),
                (months[1], BacktestRecord.New, february.ModelVersion, true), (months[1], BacktestRecord.Champion, january.ModelVersion, false),
                (months[2], BacktestRecord.New, march.ModelVersion, true), (months[2], BacktestRecord.Champion, february.ModelVersion, false),
            ],
            records.Select(r => (r.Period, r.Way, r.ModelVersion, r.Predicted)));
        Assert.All(records, r => Assert.Equal(200, r.Metrics["rows"]));
        Assert.Equal(march.Metrics["drop"]["binary_logloss"], records.Single(r => r.Period == months[2] && r.Predicted).Value, 12);

        // What did not predict is in no file that anybody fetches.
        Assert.All(await ArrivalSystem.NamesAsync(system.Account.Output, "credit/"), name => Assert.StartsWith("credit/pred_", name, StringComparison.Ordinal));
        Assert.Equal(3 * 3, (await ArrivalSystem.NamesAsync(system.Account.Output, "credit/")).Count);
        Assert.All(records.Where(r => !r.Predicted), r => Assert.DoesNotContain(r.ScoresSha256, Encoding.UTF8.GetString(ArrivalSystem.ReadAsync(system.Account.Output, $"credit/pred_{r.Period}.manifest.json").Result), StringComparison.Ordinal));
    }

    private static Task<IReadOnlyList<BacktestEntry>> BookAsync(ArrivalSystem system) => system.Get<BacktestBook>().ReadAsync(ArrivalSystem.Name);
}
