using System.Diagnostics;
using MlOps.Cli.Hosting;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A disk without room where the server's log goes, while its data has room elsewhere.</summary>
public sealed class FullLogDiskTests
{
    [Fact]
    public async Task A_server_whose_log_finds_no_room_works_on_and_writes_it_again_when_there_is_room()
    {
        using var folder = new TemporaryFolder();
        using var disk = SmallDisk.Mount(folder["log"], megabytes: 1);
        var log = Path.Combine(disk.Folder, "server.log");
        var data = folder["data"];
        using var server = Start(data, log);
        var emulator = 0;
        try
        {
            await Eventually.IsSoAsync(() => LocalAccount.FindRunning(data) is { Address: not null });
            var local = LocalAccount.FindRunning(data)!;
            emulator = local.EmulatorProcessId;
            var account = new StorageAccount(local.ConnectionString);
            await account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));

            disk.Fill(0);
            await RunAsync(account, "initial");
            await RunAsync(account, "20201001");
            Assert.False(await SaysEndAsync(log, "20201001"), "The log had room.");

            disk.Clear();
            await RunAsync(account, "20201101");
            await Eventually.IsSoAsync(() => SaysEndAsync(log, "20201101").Result);
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync();
            await Eventually.IsSoAsync(() => emulator == 0 || ProcessStart.Of(emulator) is null);
        }
    }

    private static Process Start(string data, string log)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", $"exec dotnet \"$@\" >'{log}' 2>&1", "mlops", Path.Combine(AppContext.BaseDirectory, "mlops.dll"), "up", "--data", data, "--port", "0" },
            UseShellExecute = false,
        };
        start.Environment.Remove("MLOPS_CONNECTION");
        return Process.Start(start)!;
    }

    private static async Task RunAsync(StorageAccount account, string period)
    {
        await account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period)));
        using var over = new CancellationTokenSource(Patience.Limit);
        var store = new LedgerStore(account);
        while (!(await store.ReadAsync(PipelineName.Parse("credit"), over.Token)).Runs.Any(run => run.Period == period && run.State == RunState.Succeeded))
        {
            await Task.Delay(Patience.Pause, over.Token);
        }
    }

    private static async Task<bool> SaysEndAsync(string log, string period)
    {
        await using var file = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var lines = (await reader.ReadToEndAsync()).Split('\n');
        return lines.Any(line => line.Contains($"run credit-{period}-", StringComparison.Ordinal) && line.Contains("ended: succeeded", StringComparison.Ordinal));
    }
}
