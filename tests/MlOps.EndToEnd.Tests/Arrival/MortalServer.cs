using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using MlOps.Cli.Hosting;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary><c>mlops up</c> as a process of its own that can be killed at any moment and started again on the same data.</summary>
/// <param name="dataFolder">Its data folder.</param>
/// <param name="connection">The account that it works on; <see langword="null"/> for the emulator on its data folder.</param>
/// <param name="heapLimit">Bytes that its managed memory may have; 0 for what the machine has.</param>
/// <param name="fileLimit">Files that it may have open; 0 for what the machine allows.</param>
/// <param name="temporary">Where it puts its temporary files; <see langword="null"/> for where all do.</param>
internal sealed class MortalServer(string dataFolder, string? connection = null, long heapLimit = 0, int fileLimit = 0, string? temporary = null) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> lines = new();
    private Process? process;
    private LocalAccountInfo? local;

    /// <summary>Everything that all lives of the server have said, in order.</summary>
    public IReadOnlyCollection<string> Lines => lines;

    /// <summary>Where the life that is running answers.</summary>
    public Uri Address => new(LocalAccount.FindRunning(dataFolder)!.Address!);

    /// <summary>The account of the life that is running.</summary>
    public StorageAccount Account { get; private set; } = null!;

    /// <summary>Starts a life and waits until files can be dropped.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(fileLimit > 0 ? "/bin/sh" : "dotnet") { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in fileLimit > 0 ? new[] { "-c", $"ulimit -n {fileLimit}; exec dotnet \"$@\"", "mlops" } : [])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var argument in new[] { Path.Combine(AppContext.BaseDirectory, "mlops.dll"), "up", "--data", dataFolder, "--port", "0" })
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("MLOPS_CONNECTION");
        if (connection is not null)
        {
            start.Environment["MLOPS_CONNECTION"] = connection;
        }

        if (temporary is not null)
        {
            start.Environment["TMPDIR"] = temporary;
        }

        if (heapLimit > 0)
        {
            start.Environment["DOTNET_GCHeapHardLimit"] = heapLimit.ToString("X", CultureInfo.InvariantCulture);
        }

        var ready = new TaskCompletionSource();
        process = Process.Start(start)!;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => ready.TrySetException(new InvalidOperationException("mlops up has ended:\n" + string.Join('\n', lines.TakeLast(20))));
        process.ErrorDataReceived += (_, e) =>
        {
            if (e.Data is { } line)
            {
                lines.Enqueue(line);
                if (line.Contains("mlops: ready", StringComparison.Ordinal))
                {
                    ready.TrySetResult();
                }
            }
        };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        await ready.Task.WaitAsync(Patience.Limit);
        local = LocalAccount.FindRunning(dataFolder);
        Account = new StorageAccount(connection ?? local!.ConnectionString);
    }

    /// <summary>SIGKILL: nothing of the process gets a chance to do anything more.</summary>
    public async Task KillAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>SIGKILL for the server and for its storage emulator, at the same moment: as if the machine had lost its power.</summary>
    public async Task LoseMachineAsync()
    {
        using var emulator = Process.GetProcessById(local!.EmulatorProcessId);
        process!.Kill();
        emulator.Kill();
        await process.WaitForExitAsync();
        await emulator.WaitForExitAsync();
    }

    /// <summary>Kills it and waits until its storage emulator has saved its data and ended too.</summary>
    public async ValueTask DisposeAsync()
    {
        // The emulator may have been started anew.
        local = local is null ? null : LocalAccount.FindRunning(dataFolder) ?? local;
        await KillAsync();
        process?.Dispose();
        for (var patience = 0; local is not null && ProcessStart.Of(local.EmulatorProcessId) == local.EmulatorStarted && patience < 600; patience++)
        {
            await Task.Delay(50);
        }
    }
}
