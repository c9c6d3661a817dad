using System.Diagnostics;
using System.Text.Json;

namespace MlOps.Cli.Tests;

/// <summary>What a run of the program left behind.</summary>
internal sealed record Ended(int ExitCode, string Output, string Errors)
{
    /// <summary>Stdout as the one JSON document that it must be.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;
}

/// <summary>The program as a user starts it: a process of its own.</summary>
internal sealed class MlopsProcess : IAsyncDisposable
{
    private readonly Task<string> output;
    private readonly Task<string> errors;

    private MlopsProcess(Process process)
    {
        Process = process;
        output = process.StandardOutput.ReadToEndAsync();
        errors = process.StandardError.ReadToEndAsync();
    }

    public Process Process { get; }

    /// <summary>Starts it and returns at once.</summary>
    public static MlopsProcess Start(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "mlops.dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Remove("MLOPS_CONNECTION");
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        return new MlopsProcess(Process.Start(start)!);
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<Ended> RunAsync(string folder, params string[] arguments)
    {
        await using var process = Start(folder, arguments);
        return await process.EndAsync(TimeSpan.FromMinutes(10));
    }

    /// <summary>Waits for its end.</summary>
    public async Task<Ended> EndAsync(TimeSpan limit)
    {
        await Process.WaitForExitAsync().WaitAsync(limit);
        return new Ended(Process.ExitCode, await output, await errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!Process.HasExited)
        {
            Process.Kill();
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
    }
}
