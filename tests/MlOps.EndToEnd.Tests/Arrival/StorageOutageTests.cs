using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>The account does not answer for a while, in the middle of runs.</summary>
public sealed class StorageOutageTests(AzuriteFixture undisturbed, ITestOutputHelper output)
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task An_account_that_is_silent_for_twenty_seconds_in_mid_run_loses_nothing()
    {
        await using var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        await using var system = await ArrivalSystem.StartAsync(azurite);
        foreach (var period in (string[])["initial", .. SmallCase.Months])
        {
            await system.DropAsync(period);
        }

        while (system.Log.StepsStarted.Count < 3)
        {
            await Task.Delay(20);
        }

        await azurite.StopAsync();
        await Task.Delay(Outage);
        await azurite.StartAsync();
        var ledger = await system.SettledAsync(["initial", .. SmallCase.Months]);
        Assert.All(SmallCase.Months, month => Assert.NotNull(ledger.Published(month)));

        var calm = await Undisturbed.PredictionsAsync(undisturbed);
        foreach (var month in SmallCase.Months)
        {
            Assert.Equal(calm[month], ContentHash.Of(await system.PredictionsAsync(month)));
        }

        output.WriteLine($"{ledger.Runs.Count} runs over an outage of {Outage.TotalSeconds} s");
    }
}
