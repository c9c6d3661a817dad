using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

public sealed class DeterminismTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_same_files_in_two_accounts_give_the_same_bytes_with_1_and_with_2_threads()
    {
        var first = await RunAsync(threads: 1);

        Assert.Equal(first, await RunAsync(threads: 1));
        Assert.Equal(first, await RunAsync(threads: 2));
    }

    // Large enough that two threads really share the work.
    private async Task<(string Model, string Predictions)> RunAsync(int threads)
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, threads: threads, definition: SmallCase.Definition.Replace("num_leaves: 7", "num_leaves: 31"));
        await system.DropAsync("initial", SmallCase.File("initial", rows: 12_000));
        await system.DropAsync("20201001", SmallCase.File("20201001", rows: 3_000));
        await system.SettledAsync("initial", "20201001");

        var manifest = await system.ManifestAsync("20201001");
        var model = await ArrivalSystem.ReadAsync(system.Account.Artifacts, $"credit/steps/{manifest.ModelStep}/model.txt");
        Assert.Equal(manifest.ModelSha256, ContentHash.Of(model));
        return (manifest.ModelSha256, ContentHash.Of(await system.PredictionsAsync("20201001")));
    }
}
