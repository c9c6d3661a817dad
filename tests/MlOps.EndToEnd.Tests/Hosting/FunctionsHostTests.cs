using MlOps.EndToEnd.Tests.Arrival;
using MlOps.HostDouble;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>The reference pipeline under the Functions host's double: the handler is a process, as in Azure.</summary>
public sealed class FunctionsHostTests(FunctionsHostTests.OwnAccount own, AzuriteFixture azurite) : IClassFixture<FunctionsHostTests.OwnAccount>
{
    private const string Period = "20201001";

    [Fact]
    public async Task A_drop_becomes_the_same_predictions_as_under_the_local_driver_byte_for_byte()
    {
        byte[] local;
        await using (var up = await ArrivalSystem.StartAsync(azurite))
        {
            await up.DropAsync("initial");
            await up.DropAsync(Period);
            await up.SettledAsync("initial", Period);
            local = await up.PredictionsAsync(Period);
        }

        var folder = Directory.CreateTempSubdirectory("mlops-functions-").FullName;
        try
        {
            await using var hosted = await HostedSystem.StartProcessAsync(own.Azurite, folder);
            await hosted.DropAsync("initial");
            await hosted.DropAsync(Period);
            await hosted.SettleAsync(Period);

            Assert.All(hosted.Host.Instances, instance => Assert.Equal("Completed", instance.Status));
            Assert.Equal(local, await ArrivalSystem.ReadAsync(hosted.Account.Output, $"credit/pred_{Period}.csv"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>An account of this class's own: the process knows no prefixes.</summary>
    public sealed class OwnAccount : IAsyncLifetime
    {
        public AzuriteFixture Azurite { get; } = new();

        public ValueTask InitializeAsync() => Azurite.InitializeAsync();

        public ValueTask DisposeAsync() => Azurite.DisposeAsync();
    }
}
