using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A process that may not have the memory that a file needs.</summary>
public sealed class LittleMemoryTests
{
    private const long Little = 96 << 20;
    private const int ManyRows = 1_000_000;

    [Fact]
    public async Task A_file_that_needs_more_memory_than_there_is_fails_with_that_reason_and_others_go_on()
    {
        using var folder = new TemporaryFolder();
        string failed;
        await using (var small = new MortalServer(folder.Path, heapLimit: Little))
        {
            await small.StartAsync();
            foreach (var pipeline in (string[])["credit", "other"])
            {
                await small.Account.Definitions.GetBlobClient($"{pipeline}.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
            }

            await small.Account.Input.GetBlobClient("credit/initial.csv").UploadAsync(new BinaryData(SmallCase.File("initial", ManyRows)));
            var run = await EndedAsync(small.Account, "credit");
            Assert.Equal(RunState.Failed, run.State);
            Assert.Contains("needs more memory than this process may use", run.Reason, StringComparison.Ordinal);
            failed = run.RunId;
            Assert.Contains("needs more memory", await NoticeAsync(small.Account, failed), StringComparison.Ordinal);

            await small.Account.Input.GetBlobClient("other/initial.csv").UploadAsync(new BinaryData(SmallCase.File("initial")));
            Assert.Equal(RunState.Succeeded, (await EndedAsync(small.Account, "other")).State);
        }

        // With the memory it needs, the kept file is all there.
        await using var large = new MortalServer(folder.Path);
        await large.StartAsync();
        var rerun = await SteeringCommandTests.RunAsync(folder.Path, "rerun", failed);
        Assert.True(rerun.ExitCode == 0, rerun.Errors);
        Assert.Equal(RunState.Succeeded, (await EndedAsync(large.Account, "credit", besides: failed)).State);
    }

    // Written once the run has ended.
    private static async Task<string> NoticeAsync(StorageAccount account, string run)
    {
        var notice = account.Notifications.GetBlobClient($"credit/{run}.json");
        using var over = new CancellationTokenSource(Patience.Limit);
        while (!await notice.ExistsAsync(over.Token))
        {
            await Task.Delay(Patience.Pause, over.Token);
        }

        return (await notice.DownloadContentAsync(over.Token)).Value.Content.ToString();
    }

    private static async Task<LedgerRun> EndedAsync(StorageAccount account, string pipeline, string? besides = null)
    {
        var store = new LedgerStore(account);
        using var over = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var ledger = await store.ReadAsync(PipelineName.Parse(pipeline), over.Token);
            if (ledger.Runs.FirstOrDefault(run => run.RunId != besides && run.State != RunState.Active) is { } ended)
            {
                return ended;
            }

            await Task.Delay(Patience.Pause, over.Token);
        }
    }
}
