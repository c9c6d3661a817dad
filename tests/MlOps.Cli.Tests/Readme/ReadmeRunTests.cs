using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Readme;

/// <summary>The README's blocks that need nothing but this machine are run in a fresh folder, as they are written.</summary>
public sealed class ReadmeRunTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    [Fact]
    public async Task The_blocks_of_your_own_data_and_of_the_api_run_as_they_are_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the blocks are a shell's");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["history.csv"], Table(100_000, 600, 1));
        await File.WriteAllTextAsync(folder["initial.csv"], Table(100_000, 600, 1));
        await File.WriteAllTextAsync(folder["20201001.csv"], Table(200_000, 100, 2));
        var shim = Directory.CreateDirectory(folder["bin"]).FullName;
        await File.WriteAllTextAsync(Path.Combine(shim, "mlops"), $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "mlops.dll")}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(shim, "mlops"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        // curl answers an error of the API with exit code 22.
        await File.WriteAllTextAsync(folder[".curlrc"], "fail\nsilent\nshow-error\n");
        var environment = new Dictionary<string, string?>(StringComparer.Ordinal) { ["PATH"] = shim + ":" + Environment.GetEnvironmentVariable("PATH"), ["CURL_HOME"] = folder.Path };
        RunningServer? server = null;
        try
        {
            foreach (var command in ReadmeBlocks.Of("Your own data"))
            {
                if (command.Text == "mlops up")
                {
                    // On any free port: 5080 may be taken here.
                    server = await RunningServer.StartAsync(folder.Path);
                    environment["A"] = server.Info.Address + "api";
                    continue;
                }

                await RunAsync(folder.Path, command, command.Text, environment);
            }

            Assert.NotNull(server);
            Assert.NotEmpty(Directory.EnumerateFiles(folder.Path, "pred_20201001.csv", SearchOption.AllDirectories));
            var models = await RunAsync(folder.Path, ReadmeBlocks.Commands[0], "curl $A/pipelines/credit/models", environment);
            var version = Regex.Match(models, "\"version\":\\s*\"(?<v>[^\"]+)\"").Groups["v"].Value;
            foreach (var command in ReadmeBlocks.Of("API"))
            {
                await RunAsync(folder.Path, command, command.Text.Replace("VERSION", version, StringComparison.Ordinal), environment);
            }
        }
        finally
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }
    }

    private static async Task<string> RunAsync(string folder, ReadmeCommand command, string text, IReadOnlyDictionary<string, string?> environment)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = folder, UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(text);
        start.Environment.Remove("MLOPS_CONNECTION");
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var texts = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(Limit);
        var both = await texts;
        Assert.True(process.ExitCode == 0, $"{command.Place}: {text}\n{both[0]}\n{both[1]}");
        return both[0];
    }

    private static string Table(int first, int rows, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("SK_ID_CURR,TARGET,INCOME,AGE\n");
        for (var i = 0; i < rows; i++)
        {
            var (income, age) = (random.Next(20, 200), random.Next(18, 80));
            var label = random.NextDouble() < 1 / (1 + Math.Exp((0.03 * income) - (0.03 * age))) ? 1 : 0;
            text.Append(CultureInfo.InvariantCulture, $"{first + i},{label},{income},{(random.Next(10) == 0 ? "" : age.ToString())}\n");
        }

        return text.ToString();
    }
}
