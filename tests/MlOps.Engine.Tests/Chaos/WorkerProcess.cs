using System.Diagnostics;

namespace MlOps.Engine.Tests.Chaos;

/// <summary>A worker in a process of its own, to be killed.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private readonly Process process;

    private WorkerProcess(Process process) => this.process = process;

    public static WorkerProcess Start(string connection, string hub, int activities, string log, string folder)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])[Path.Combine(AppContext.BaseDirectory, "MlOps.EngineWorker.dll"), connection, hub, $"{activities}", log, folder])
        {
            start.ArgumentList.Add(argument);
        }

        return new WorkerProcess(Process.Start(start)!);
    }

    /// <summary>Waits until it works.</summary>
    public async Task ReadyAsync() => Assert.Equal("ready", await process.StandardOutput.ReadLineAsync());

    public bool HasExited => process.HasExited;

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }
}
