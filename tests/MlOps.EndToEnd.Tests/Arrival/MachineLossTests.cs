using MlOps.Pipeline.Registry;
using Azure.Storage.Blobs.Models;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>
/// The whole machine goes at once: the server and its storage emulator are killed together. The seed of each run is printed, and
/// MLOPS_TEST_SEED repeats it; MLOPS_MACHINE_LOSSES says how often (3 in the suite).
/// </summary>
public sealed class MachineLossTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private static readonly int Losses = Environment.GetEnvironmentVariable("MLOPS_MACHINE_LOSSES") is { } text ? int.Parse(text) : 3;
    private static readonly string[] Periods = ["initial", .. SmallCase.Months];

    [Fact]
    public async Task What_was_confirmed_before_the_machine_was_lost_ends_in_exactly_one_whole_file()
    {
        var seed = Environment.GetEnvironmentVariable("MLOPS_TEST_SEED") is { } text ? int.Parse(text) : Random.Shared.Next();
        output.WriteLine($"MLOPS_TEST_SEED={seed}");
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("mlops-lost-").FullName;
        try
        {
            await using var server = new MortalServer(folder);
            await server.StartAsync();
            await server.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
            var dropped = 0;
            for (var loss = 0; loss < Losses; loss++)
            {
                // A file, and the loss right after its confirmation or in the middle of the runs.
                while (dropped < Periods.Length && (dropped == 0 || dropped <= loss * Periods.Length / Losses))
                {
                    var period = Periods[dropped++];
                    await server.Account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period)), overwrite: true);
                }

                var moment = random.Next(2) == 0 ? 0 : random.Next(4000);
                await Task.Delay(moment);
                await server.LoseMachineAsync();
                output.WriteLine($"loss {loss + 1}, {moment} ms after the last drop, after: {server.Lines.LastOrDefault()}");
                await server.StartAsync();
                await NothingIsPartialAsync(server);
            }

            foreach (var period in Periods.Skip(dropped))
            {
                await server.Account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period)), overwrite: true);
            }

            var ledger = await KilledAnywhereTests.EndAsync(server);
            await KilledAnywhereTests.CompareAsync(azurite, server, ledger);
            await ChampionsHaveNoGapAsync(server);
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }
    }

    private static async Task NothingIsPartialAsync(MortalServer server)
    {
        await foreach (var blob in server.Account.Output.GetBlobsAsync(new GetBlobsOptions()))
        {
            if (blob.Name.EndsWith(".csv", StringComparison.Ordinal))
            {
                var bytes = await ArrivalSystem.ReadAsync(server.Account.Output, blob.Name);
                Assert.Equal(201, bytes.Count(b => b == '\n'));
            }
        }
    }

    // Each decision names the champion that the one before it left.
    private static async Task ChampionsHaveNoGapAsync(MortalServer server)
    {
        var aliases = await new AliasStore(server.Account, new ModelRegistry(server.Account), TimeProvider.System).ReadAsync(ArrivalSystem.Name, CancellationToken.None);
        Assert.NotNull(aliases.Champion);
        Assert.Equal(aliases.Champion, aliases.History[^1].Champion);
        Assert.Equal(SmallCase.Months, aliases.History.Where(r => r.Period is not null).Select(r => r.Period).Distinct());
    }
}
