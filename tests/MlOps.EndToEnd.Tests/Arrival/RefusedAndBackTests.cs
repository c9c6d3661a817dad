using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Testing;
using MlOps.Web.Runs;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A refused file is corrected and dropped back under the name that it has.</summary>
public sealed class RefusedAndBackTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_refused_file_comes_back_corrected_under_the_name_it_is_kept_under_and_its_period_goes_on()
    {
        const string period = "20201001";
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        var good = Encoding.UTF8.GetString(SmallCase.File(period));
        await system.DropAsync(period, Encoding.UTF8.GetBytes(good.Replace("INCOME", "EARNINGS", StringComparison.Ordinal)));
        var ledger = await system.SettledAsync("initial", period);
        var refused = (await system.DocumentAsync(ledger.Runs.Last(r => r.Period == period).RunId))!;
        Assert.Equal(RunState.Rejected, refused.State);
        var name = refused.RejectedFile![(ArrivalSystem.Pipeline.Length + 1)..];

        // As the page and the command line take it, and as a storage client drops it.
        Assert.True(DropUpload.TryName(ArrivalSystem.Name, name, out var blob));
        Assert.Equal($"{ArrivalSystem.Pipeline}/{period}.csv", blob);
        await system.DropAsync(name[..^4], Encoding.UTF8.GetBytes(good));
        ledger = await system.UntilAsync(l => l.Runs.Any(r => r.Period == period && r.State == RunState.Succeeded), "the corrected file is predicted");

        Assert.Equal(1, ledger.Published(period)!.Revision);
        Assert.Equal(200, (await system.ManifestAsync(period)).Rows);
    }
}
