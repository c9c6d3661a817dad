using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Upgrade;

/// <summary>A data folder as version 0.1.0 left it when it was killed in a training: <c>Fixtures/former-data/0.1.0.tar.gz</c>.</summary>
public sealed class FormerDataFolderTests
{
    private const string Said = "a former version has worked on this account: runs in flight begin anew, finished steps, models, predictions and the ledger stay as they are";

    [Fact]
    public async Task A_data_folder_of_the_former_version_goes_on_and_the_run_in_flight_begins_anew()
    {
        using var folder = new TemporaryFolder();
        await using (var packed = new GZipStream(File.OpenRead(Shared.Fixture("former-data", "0.1.0.tar.gz")), CompressionMode.Decompress))
        {
            await TarFile.ExtractToDirectoryAsync(packed, folder.Path, overwriteFiles: false);
        }

        await using var server = new MortalServer(folder.Path);
        await server.StartAsync();
        Assert.Single(server.Lines, line => line.Contains(Said, StringComparison.Ordinal));
        var before = new LedgerStore(server.Account);
        var published = (await before.ReadAsync(ArrivalSystem.Name)).Published("20201001")!;
        for (var began = Stopwatch.StartNew(); (await before.ReadAsync(ArrivalSystem.Name)).Published("20201101") is null;)
        {
            Assert.True(began.Elapsed < Patience.Limit, string.Join('\n', server.Lines.TakeLast(40)));
            await Task.Delay(Patience.Pause);
        }

        var ledger = await before.ReadAsync(ArrivalSystem.Name);
        Assert.Equal(published.PredictionsSha256, ContentHash.Of(await ArrivalSystem.ReadAsync(server.Account.Output, "credit/pred_20201001.csv")));
        var bytes = await ArrivalSystem.ReadAsync(server.Account.Output, "credit/pred_20201101.csv");
        Assert.Equal(101, bytes.Count(b => b == '\n'));
        Assert.Equal(ledger.Published("20201101")!.PredictionsSha256, ContentHash.Of(bytes));

        await server.KillAsync();
        await server.StartAsync();
        Assert.Single(server.Lines, line => line.Contains(Said, StringComparison.Ordinal));
    }
}
