using System.Diagnostics;
using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Two <c>mlops up</c> on one account, one of which is killed.</summary>
public sealed class TwoServersTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Where_another_process_works_on_the_same_account_it_takes_over_without_a_restart(int victim)
    {
        await using var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        using var folder = new TemporaryFolder();
        await using var one = new MortalServer(folder["one"], azurite.ConnectionString);
        await using var two = new MortalServer(folder["two"], azurite.ConnectionString);
        MortalServer[] servers = [one, two];
        await one.StartAsync();
        await two.StartAsync();
        await one.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
        string[] periods = ["initial", .. SmallCase.Months];
        foreach (var period in periods)
        {
            await one.Account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period)), overwrite: true);
        }

        while (!servers.Any(server => server.Lines.Any(line => line.Contains("step started", StringComparison.Ordinal))))
        {
            await Task.Delay(20);
        }

        await servers[victim].KillAsync();
        var killed = Stopwatch.StartNew();
        var survivor = servers[1 - victim];
        var said = survivor.Lines.Count;
        var ledger = await KilledAnywhereTests.EndAsync(survivor);

        Assert.All(ledger.Runs, run => Assert.Equal(RunState.Succeeded, run.State));
        output.WriteLine($"victim {victim}: all {periods.Length} runs ended {killed.Elapsed.TotalSeconds:F0} s after the kill; {survivor.Lines.Count - said} lines of the survivor since");
    }
}
