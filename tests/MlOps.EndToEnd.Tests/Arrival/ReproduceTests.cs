using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>
/// Every run over the real tables is made again from what it pinned, to the bit. The first periods of each table are in the suite; the variable
/// MLOPS_EVERY_PERIOD makes it all of them, which takes minutes.
/// </summary>
public sealed class ReproduceTests(AzuriteFixture azurite)
{
    private const string Learner = "model: {num_iterations: 60}\ntune: {trials: 2, wave: 2, space: {num_leaves: [8, 63]}}\npromote: better\n";

    private static bool Every => Environment.GetEnvironmentVariable("MLOPS_EVERY_PERIOD") is { Length: > 0 };

    [Theory]
    [InlineData("credit-default", "label: default payment next month\nid: ID\n", 2)]
    [InlineData("bank-marketing", "label: y\nexclude: [duration]\n", 2)]
    [InlineData("bike-sharing", "task: regression\nlabel: cnt\nid: instant\nexclude: [dteday, casual, registered, yr]\n", 2)]
    public async Task Reproduce_proves_byte_equality_for_every_run_over_a_real_table_and_the_order_of_its_drops_does_not_matter(string data, string definition, int periods)
    {
        string[] drops = ["initial", .. Directory.GetFiles(Shared.DataPath("data", data, "drops"), "20*.csv").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal).Take(Every ? int.MaxValue : periods)!];
        await using var system = await RunAsync(data, definition, drops);
        foreach (var run in (await system.LedgerAsync()).Runs.Where(run => run.Period != "initial"))
        {
            var again = await system.Get<Reproducer>().RunAsync(ArrivalSystem.Name, RunId.Parse(run.RunId));
            Assert.True(again.IsSame, $"{data} {run.Period}: {again.Difference}");
        }

        await using var shuffled = await RunAsync(data, definition, [.. drops.OrderBy(period => period[^3..] + period, StringComparer.Ordinal).Reverse()]);
        foreach (var period in drops.Skip(1))
        {
            var (one, other) = (await system.ManifestAsync(period), await shuffled.ManifestAsync(period));
            Assert.Equal((one.ModelSha256, one.PredictionsSha256), (other.ModelSha256, other.PredictionsSha256));
        }
    }

    private async Task<ArrivalSystem> RunAsync(string data, string definition, IReadOnlyList<string> drops)
    {
        var folder = Shared.DataPath("data", data, "drops");
        var system = await ArrivalSystem.StartAsync(azurite, definition: definition + Learner, limit: Every ? TimeSpan.FromMinutes(30) : Patience.Limit);
        foreach (var period in drops)
        {
            await system.DropAsync(period, await File.ReadAllBytesAsync(Directory.GetFiles(folder, period + ".csv*").Single()));
        }

        var ledger = await system.SettledAsync([.. drops]);
        Assert.All(drops, period => Assert.Equal(RunState.Succeeded, ledger.Runs.Last(run => run.Period == period).State));
        return system;
    }
}
