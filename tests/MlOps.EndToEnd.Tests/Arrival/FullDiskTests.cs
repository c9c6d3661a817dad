using System.Net;
using Azure;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A disk without room, where the emulator keeps its data or where steps put their temporary files.</summary>
public sealed class FullDiskTests
{
    private const int Megabytes = 128;
    private const long NearlyFull = 5 << 20;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task On_a_disk_that_is_nearly_full_a_run_waits_and_says_so_and_goes_on_by_itself_when_there_is_room(bool ofData)
    {
        using var folder = new TemporaryFolder();
        using var disk = SmallDisk.Mount(folder["disk"], Megabytes);
        var data = ofData ? Path.Combine(disk.Folder, "data") : folder["data"];
        await using var server = new MortalServer(data, temporary: ofData ? null : disk.Folder);
        await server.StartAsync();
        await server.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
        await DropAsync(server, "initial");
        await UntilAsync(server, ledger => ledger.Runs is [{ State: RunState.Succeeded }]);

        disk.Fill(NearlyFull);
        await DropAsync(server, "20201001");
        using var http = new HttpClient { BaseAddress = server.Address };
        var ready = await http.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains($"{(ofData ? data : disk.Folder)} is full but for", await ready.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("nothing new is begun until there is room", await http.GetStringAsync("/api/pipelines"), StringComparison.Ordinal);
        await SaidAsync(server, "is full but for");
        if (ofData)
        {
            var listed = await SteeringCommandTests.RunAsync(data, "runs");
            Assert.Equal(0, listed.ExitCode);
            Assert.Contains("nothing new is begun until there is room", listed.Errors, StringComparison.Ordinal);
        }

        Assert.DoesNotContain((await new LedgerStore(server.Account).ReadAsync(PipelineName.Parse("credit"))).Runs, run => run is { Period: "20201001", State: not RunState.Active });

        disk.Clear();
        await UntilAsync(server, ledger => ledger.Runs is [_, { Period: "20201001", State: RunState.Succeeded }]);
        await SaidAsync(server, "there is room on the disk again");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/health/ready")).StatusCode);
        Assert.True(await server.Account.Output.GetBlobClient("credit/pred_20201001.csv").ExistsAsync());
    }

    [Fact]
    public async Task A_file_for_which_the_emulator_has_no_room_is_refused_with_that_reason_and_taken_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using var disk = SmallDisk.Mount(folder["disk"], Megabytes);
        var data = Path.Combine(disk.Folder, "data");
        await using var server = new MortalServer(data);
        await server.StartAsync();
        await server.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
        await DropAsync(server, "initial");
        await UntilAsync(server, ledger => ledger.Runs is [{ State: RunState.Succeeded }]);

        var file = folder["20201001.csv"];
        await File.WriteAllBytesAsync(file, SmallCase.File("20201001"));
        disk.Fill(0);
        var refused = await SteeringCommandTests.RunAsync(data, "put", "credit", file);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("is full but for", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("make room", refused.Errors, StringComparison.OrdinalIgnoreCase);

        disk.Clear();
        var taken = await SteeringCommandTests.RunAsync(data, "put", "credit", file);
        Assert.True(taken.ExitCode == 0, taken.Errors);

        // The emulator, whose memory had gone ahead of its disk, is started anew by itself.
        await UntilAsync(server, ledger => ledger.Runs is [_, { Period: "20201001", State: RunState.Succeeded }]);
        Assert.True(await server.Account.Input.GetBlobClient("credit/20201001.csv").ExistsAsync());
        Assert.True(await server.Account.Output.GetBlobClient("credit/pred_20201001.csv").ExistsAsync());
    }

    private static async Task DropAsync(MortalServer server, string period) =>
        await server.Account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period)));

    private static async Task UntilAsync(MortalServer server, Func<Ledger, bool> isSo)
    {
        var store = new LedgerStore(server.Account);
        using var over = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            try
            {
                if (isSo(await store.ReadAsync(PipelineName.Parse("credit"), over.Token)))
                {
                    return;
                }
            }
            catch (Exception away) when (away is RequestFailedException or AggregateException)
            {
                // The emulator is being started anew.
            }

            await Task.Delay(Patience.Pause, over.Token);
        }
    }

    private static async Task SaidAsync(MortalServer server, string words)
    {
        using var over = new CancellationTokenSource(Patience.Limit);
        while (!server.Lines.Any(line => line.Contains(words, StringComparison.Ordinal)))
        {
            await Task.Delay(Patience.Pause, over.Token);
        }
    }
}
