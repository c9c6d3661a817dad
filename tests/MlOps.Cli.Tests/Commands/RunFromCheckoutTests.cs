using System.Diagnostics;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Commands;

/// <summary>The program as the README starts it, from a checkout.</summary>
public sealed class RunFromCheckoutTests
{
    [Fact]
    public async Task Relative_paths_are_those_of_the_folder_where_the_person_stands()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder["rows.csv"], "a,b\n1,2\n", TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var argument in new[] { "run", "--no-build", "--project", Path.Combine(Shared.Repository, "functions", "MlOps.Cli"), "-c", "Release", "--", "csv", "cat", "rows.csv" })
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(process.ExitCode == 0, await errors);
        Assert.Contains("\"1\"", output, StringComparison.Ordinal);
    }
}
