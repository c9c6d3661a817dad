using System.Runtime.InteropServices;
using MlOps.Cli.Hosting;
using MlOps.Testing;

namespace MlOps.Cli.Tests;

/// <summary><c>mlops up</c> as a process of its own on a data folder, ready for files.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private const int Sigterm = 15;
    private readonly MlopsProcess process;
    private readonly string dataFolder;

    private RunningServer(MlopsProcess process, string dataFolder, LocalAccountInfo info)
    {
        this.process = process;
        this.dataFolder = dataFolder;
        Info = info;
    }

    public LocalAccountInfo Info { get; }

    public static async Task<RunningServer> StartAsync(string folder, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var process = MlopsProcess.Start(folder, ["up", "--port", "0"], environment);
        var dataFolder = Path.Combine(folder, ".mlops");
        try
        {
            LocalAccountInfo? info = null;
            await Eventually.IsSoAsync(() => process.Process.HasExited || ((info = LocalAccount.FindRunning(dataFolder)) is { Address: not null } && info.ProcessId == process.Process.Id));
            if (info?.Address is null)
            {
                var ended = await process.EndAsync(Patience.Limit);
                throw new InvalidOperationException($"mlops up ended with {ended.ExitCode}: {ended.Errors}");
            }

            return new RunningServer(process, dataFolder, info);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>As `kill -9` does.</summary>
    public async Task KillAsync()
    {
        process.Process.Kill();
        await process.Process.WaitForExitAsync();
    }

    /// <summary>As `kill` does.</summary>
    public Task<Ended> TerminateAsync()
    {
        Assert.Equal(0, Kill(process.Process.Id, Sigterm));
        return process.EndAsync(Patience.Limit);
    }

    /// <summary>Kills it and waits until the emulator has saved its data and ended too.</summary>
    public async ValueTask DisposeAsync()
    {
        // The emulator may have been started anew.
        var last = LocalAccount.FindRunning(dataFolder) ?? Info;
        await process.DisposeAsync();
        await Eventually.IsSoAsync(() => ProcessStart.Of(last.EmulatorProcessId) != last.EmulatorStarted);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int processId, int signal);
}
