using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Orchestrations;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>
/// Every run over the real tables is made again from what it pinned, to the bit. The first periods of each table are in the suite; the variable
/// MLOPS_EVERY_PERIOD makes it all of them, which takes minutes.
/// </summary>
public sealed class ReproduceTests(AzuriteFixture azurite)
{
    private const string Learner = "model: {num_iterations: 60}\ntune: {trials: 2, wave: 2, space: {num_leaves: [8, 63]}}\npromote: better\n";

    [Theory]
    [InlineData("credit-default", "label: default payment next month\nid: ID\n", 2)]
    [InlineData("bank-marketing", "label: y\nexclude: [duration]\n", 3)]
    [InlineData("bike-sharing", "task: regression\nlabel: cnt\nid: instant\nexclude: [dteday, casual, registered, yr]\n", 3)]
    public async Task Reproduce_proves_byte_equality_for_every_run_over_a_real_table(string data, string definition, int periods)
    {
        var folder = Shared.DataPath("data", data, "drops");
        var every = Environment.GetEnvironmentVariable("MLOPS_EVERY_PERIOD") is { Length: > 0 };
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: definition + Learner, limit: TimeSpan.FromMinutes(every ? 30 : 5));
        string[] files = [.. Directory.GetFiles(folder, "20*.csv").Order(StringComparer.Ordinal).Take(every ? int.MaxValue : periods)];
        await system.DropAsync("initial", await File.ReadAllBytesAsync(Directory.GetFiles(folder, "initial.csv*").Single()));
        foreach (var file in files)
        {
            await system.DropAsync(Path.GetFileNameWithoutExtension(file), await File.ReadAllBytesAsync(file));
        }

        var ledger = await system.SettledAsync(["initial", .. files.Select(f => Path.GetFileNameWithoutExtension(f))]);

        Assert.All(ledger.Runs, run => Assert.Equal(RunState.Succeeded, run.State));
        var predicted = ledger.Runs.Where(run => run.Period != "initial").ToList();
        Assert.Equal(files.Length, predicted.Select(run => run.Period).Distinct().Count());
        foreach (var run in predicted)
        {
            var again = await system.Get<Reproducer>().RunAsync(ArrivalSystem.Name, RunId.Parse(run.RunId));
            Assert.True(again.IsSame, $"{data} {run.Period}: {again.Difference}");
        }
    }
}
