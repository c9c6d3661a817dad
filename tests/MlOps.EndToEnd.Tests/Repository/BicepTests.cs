using System.Diagnostics;
using System.Reflection;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Repository;

/// <summary>The official compiler on every file of infra/, without a network.</summary>
public sealed class BicepTests
{
    // On systems for which the tests bring no compiler there is none.
    private static readonly string? Compiler = typeof(BicepTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "BicepPath")?.Value;

    [Fact]
    public async Task Every_file_of_infra_compiles_and_lints_without_an_error_or_a_warning()
    {
        using var folder = new TemporaryFolder();
        var (built, output, said) = await RunAsync("build", "--pattern", "infra/**/*.bicep", "--outdir", folder.Path);
        Assert.True(built == 0 && output.Length + said.Length == 0, output + said);
        var (linted, found, alsoSaid) = await RunAsync("lint", "--pattern", "infra/**/*.bicep");
        Assert.True(linted == 0 && found.Length + alsoSaid.Length == 0, found + alsoSaid);

        // None was passed over.
        var infra = Path.Combine(Shared.Repository, "infra");
        var files = Directory.GetFiles(infra, "*.bicep", SearchOption.AllDirectories).Select(file => Path.ChangeExtension(Path.GetRelativePath(infra, file), ".json"));
        var templates = Directory.GetFiles(folder.Path, "*.json", SearchOption.AllDirectories);
        Assert.Equal(files.Order(StringComparer.Ordinal), templates.Select(file => Path.GetRelativePath(folder.Path, file)).Order(StringComparer.Ordinal));
        Assert.All(templates, file => Assert.Contains("https://schema.management.azure.com/schemas/", File.ReadAllText(file), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_wrong_in_a_file_is_found()
    {
        using var folder = new TemporaryFolder();
        var file = folder["wrong.bicep"];
        await File.WriteAllTextAsync(file, "param unused string\nresource a 'Microsoft.Storage/storageAccounts@2023-05-01' = {\n  name: 1\n}\n", TestContext.Current.CancellationToken);
        var (exit, _, said) = await RunAsync("build", file, "--stdout");
        Assert.NotEqual(0, exit);
        Assert.Contains("no-unused-params", said, StringComparison.Ordinal);
        Assert.Contains("BCP036", said, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        Assert.SkipWhen(Compiler is null || !OperatingSystem.IsLinux(), "The package with the Bicep compiler is for Linux on x64.");
        var start = new ProcessStartInfo(Compiler!, arguments) { WorkingDirectory = Shared.Repository, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, texts[0], texts[1]);
    }
}
