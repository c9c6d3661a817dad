using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>What a run cost is kept beside its outputs, and in none of them.</summary>
public sealed class CostTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_run_leaves_its_compute_seconds_storage_operations_bytes_and_estimate()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\ntune: {trials: 2, wave: 2}\n");
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.SettledAsync("initial", "20201001");
        var document = (await system.DocumentAsync((await system.ManifestAsync("20201001")).RunId))!;

        var cost = JsonSerializer.Deserialize<RunCost>(await ArrivalSystem.ReadAsync(system.Account.Artifacts, $"credit/runs/{document.RunId}/cost.json"), ArtifactJson.Compact)!;
        Assert.Equal(RunCost.Of(document), cost);
        Assert.Equal(document.Steps.Count + 2, cost.Steps + cost.Skipped);
        Assert.True(cost.ComputeSeconds > 0);

        // Each step that ran wrote its request, its outputs and its record; the file at least was read, what steps hand to each other may be in memory.
        Assert.All(document.Steps.Where(s => !s.Skipped), s => Assert.True(s.Usage!.Operations >= 4, s.Name));
        Assert.True(cost.BytesRead >= SmallCase.File("20201001").Length);
        Assert.True(cost.BytesWritten > (await system.PredictionsAsync("20201001")).Length);
        Assert.Equal((cost.ComputeSeconds * 4 * 0.000026) + (cost.StorageOperations * 0.0675 / 10_000), cost.EstimatedDollars, 12);

        // The outputs of steps know nothing of it; the request that is kept beside them may quote an earlier step's account.
        foreach (var name in (await ArrivalSystem.NamesAsync(system.Account.Artifacts, "credit/steps/")).Where(n => n.EndsWith(".json", StringComparison.Ordinal) && !n.EndsWith("/request.json", StringComparison.Ordinal) && !n.EndsWith("/step.json", StringComparison.Ordinal)))
        {
            Assert.DoesNotContain("\"usage\":{", Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(system.Account.Artifacts, name)).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Requests_and_bytes_are_counted_in_the_flow_that_makes_them_and_nowhere_else()
    {
        var account = new StorageAccount(azurite.ConnectionString, azurite.NewPrefix());
        await account.EnsureContainersAsync();
        var blob = account.Artifacts.GetBlobClient("x");
        using var meter = StorageMeter.Begin();
        await blob.UploadAsync(new BinaryData(new byte[1000]));
        Assert.Equal(new StorageUsage(1, 0, 1000), meter.Usage);
        await blob.DownloadContentAsync();
        Assert.Equal(new StorageUsage(2, 1000, 1000), meter.Usage);
        using (var inner = StorageMeter.Begin())
        {
            await blob.ExistsAsync();
            Assert.Equal(1, inner.Usage.Operations);
        }

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Task.Run(async () => await blob.ExistsAsync(), TestContext.Current.CancellationToken)));
        Assert.Equal(new StorageUsage(7, 1000, 1000), meter.Usage);
    }
}
