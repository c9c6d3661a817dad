using MlOps.EndToEnd.Tests.Arrival;
using MlOps.HostDouble;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>The reference pipeline under the Functions host's double: the handler is a process, as in Azure.</summary>
public sealed class FunctionsHostTests(FunctionsHostTests.OwnAccount own, FunctionsHostTests.KilledAccount killed, AzuriteFixture azurite)
    : IClassFixture<FunctionsHostTests.OwnAccount>, IClassFixture<FunctionsHostTests.KilledAccount>
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
            TemporaryFolder.Remove(folder);
        }
    }

    [Fact]
    public async Task A_handler_process_that_is_killed_cut_off_and_timed_out_still_ends_in_one_prediction_file()
    {
        var folder = Directory.CreateTempSubdirectory("mlops-functions-").FullName;
        try
        {
            var faults = new Dictionary<int, Fault> { [4] = Fault.CutConnection, [14] = Fault.Kill, [23] = Fault.SlowStart, [31] = Fault.TimeOut, [40] = Fault.Kill };
            const string Later = "20201101";
            await using var hosted = await HostedSystem.StartProcessAsync(killed.Azurite, folder, planned => faults.GetValueOrDefault(planned.Number));
            await hosted.DropAsync("initial");
            await hosted.DropAsync(Later);
            await hosted.SettleAsync(Later);

            var written = (await ArrivalSystem.NamesAsync(hosted.Account.Output)).Order(StringComparer.Ordinal);
            Assert.True(
                written.SequenceEqual([$"credit/pred_{Later}.csv", $"credit/pred_{Later}.manifest.json", $"credit/pred_{Later}.report.html"]),
                $"found [{string.Join(", ", written)}] after:\n{string.Join('\n', hosted.Host.Instances)}");
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }
    }

    /// <summary>Another one, for the handler that is killed.</summary>
    public sealed class KilledAccount : IAsyncLifetime
    {
        public AzuriteFixture Azurite { get; } = new();

        public ValueTask InitializeAsync() => Azurite.InitializeAsync();

        public ValueTask DisposeAsync() => Azurite.DisposeAsync();
    }

    /// <summary>An account of this class's own: the process knows no prefixes.</summary>
    public sealed class OwnAccount : IAsyncLifetime
    {
        public AzuriteFixture Azurite { get; } = new();

        public ValueTask InitializeAsync() => Azurite.InitializeAsync();

        public ValueTask DisposeAsync() => Azurite.DisposeAsync();
    }
}
