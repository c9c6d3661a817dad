using System.Text.Json;
using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Readme;

/// <summary>The settings that the program reads are those that the sample and the README name.</summary>
public sealed class SettingsTests
{
    private static readonly string Readme = File.ReadAllText(Path.Combine(Shared.Repository, "functions", "MlOps.Functions", "README.md"));

    [Fact]
    public void The_sample_has_every_setting_of_the_program_no_other_and_no_value_that_is_a_secret()
    {
        using var sample = JsonDocument.Parse(File.ReadAllText(Path.Combine(Shared.Repository, "local.settings.sample.json")));
        var settings = sample.RootElement.GetProperty("Values").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString()!);
        string[] ofTheHost = ["FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage"];

        // MLOPS_LOG and MLOPS_CSV_KERNEL are of the command line.
        var read = Directory.EnumerateFiles(Path.Combine(Shared.Repository, "functions"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(file => Regex.Matches(File.ReadAllText(file), "\"(?<name>MLOPS_[A-Z_]+|OTEL_EXPORTER_OTLP_ENDPOINT)\"").Select(m => m.Groups["name"].Value))
            .Except(["MLOPS_LOG", "MLOPS_CSV_KERNEL"]).Distinct(StringComparer.Ordinal);
        Assert.Equal(read.Concat(ofTheHost).Order(StringComparer.Ordinal), settings.Keys.Order(StringComparer.Ordinal));
        Assert.All(settings.Values, value => Assert.Contains(value, (string[])["", "dotnet-isolated", "UseDevelopmentStorage=true"]));
    }

    [Fact]
    public void The_readme_says_what_each_means()
    {
        using var sample = JsonDocument.Parse(File.ReadAllText(Path.Combine(Shared.Repository, "local.settings.sample.json")));
        Assert.All(sample.RootElement.GetProperty("Values").EnumerateObject(), p => Assert.Matches($@"(?m)^\| [^|]*`{p.Name}`", Readme));
    }
}
