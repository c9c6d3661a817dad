using System.Diagnostics;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Repository;

/// <summary>What azd runs after a deployment, with a stand-in for the Azure CLI that keeps blobs in a folder.</summary>
public sealed class DeploymentHookTests(AzuriteFixture azurite)
{
    // storage blob upload|download|list with --container-name, --name, --file; a list gives an ETag once enough lists were asked for.
    private const string Az = """
        #!/bin/sh
        set -eu
        echo "$*" >> "$AZ_FOLDER/calls.txt"
        [ "$1 $2" = "storage blob" ] || exit 0
        verb=$3; container=; name=; file=
        while [ $# -gt 0 ]; do
          case $1 in --container-name) container=$2 ;; --name) name=$2 ;; --file) file=$2 ;; esac
          shift
        done
        case $verb in
          upload) mkdir -p "$AZ_FOLDER/$container/$(dirname "$name")"; cp "$file" "$AZ_FOLDER/$container/$name" ;;
          list) n=$(grep -c "blob list" "$AZ_FOLDER/calls.txt"); if [ "$n" -gt 2 ] && [ "${AZ_BROKEN:-}" = "" ]; then echo "0x$n"; else echo "0xold"; fi ;;
          download) cp "$AZ_FOLDER/input/smoke/20200101.csv" "$file" ;;
        esac
        """;

    [Fact]
    public async Task The_smoke_test_drops_a_sample_that_the_pipeline_predicts_and_waits_for_a_new_manifest()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await RunAsync(folder.Path, "infra/scripts/smoke-test.sh");
        Assert.True(exit == 0, output);
        Assert.Contains("100 predictions", output, StringComparison.Ordinal);
        Assert.True((await File.ReadAllLinesAsync(Path.Combine(folder.Path, "calls.txt"))).Count(l => l.StartsWith("storage blob list", StringComparison.Ordinal)) >= 3);

        await using var system = await ArrivalSystem.StartAsync(azurite, definition: await File.ReadAllTextAsync(Path.Combine(folder.Path, "definitions", "smoke.yaml")));
        foreach (var period in (string[])["initial", "20200101"])
        {
            await system.DropAsync(period, await File.ReadAllBytesAsync(Path.Combine(folder.Path, "input", "smoke", period + ".csv")));
        }

        await system.SettledAsync("initial", "20200101");
        Assert.Equal(100, (await system.ManifestAsync("20200101")).Rows);
    }

    [Fact]
    public async Task Without_predictions_it_fails_and_says_where_to_look()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await RunAsync(folder.Path, "infra/scripts/smoke-test.sh", ("AZ_BROKEN", "1"), ("SMOKE_TRIES", "2"));
        Assert.Equal(1, exit);
        Assert.Contains("csv-dropped", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("MLOPS_SMOKE_TEST", "skip")]
    [InlineData("MLOPS_PRIVATE_NETWORKING", "true")]
    public async Task It_is_left_out_where_that_is_said_or_the_account_cannot_be_reached(string variable, string value)
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await RunAsync(folder.Path, "infra/scripts/smoke-test.sh", (variable, value));
        Assert.Equal((0, "smoke test: skipped"), (exit, output.Trim()));
        Assert.False(File.Exists(Path.Combine(folder.Path, "calls.txt")));
    }

    [Fact]
    public async Task The_subscription_is_deployed_from_the_names_that_main_gives()
    {
        using var folder = new TemporaryFolder();
        var (exit, output) = await RunAsync(folder.Path, "infra/scripts/subscribe.sh");
        Assert.True(exit == 0, output);
        Assert.Contains("eventTopicName=EVENT_TOPIC_NAME functionAppName=FUNCTION_APP_NAME dataStorageName=DATA_STORAGE_NAME", await File.ReadAllTextAsync(Path.Combine(folder.Path, "calls.txt")), StringComparison.Ordinal);
        var main = await File.ReadAllTextAsync(Path.Combine(Shared.Repository, "infra", "main.bicep"));
        Assert.All(Outputs, name => Assert.Contains($"output {name} string", main, StringComparison.Ordinal));
        var azure = await File.ReadAllTextAsync(Path.Combine(Shared.Repository, "azure.yaml"));
        Assert.Contains("run: infra/scripts/subscribe.sh && infra/scripts/smoke-test.sh", azure, StringComparison.Ordinal);
    }

    private static readonly string[] Outputs = ["AZURE_RESOURCE_GROUP", "EVENT_TOPIC_NAME", "FUNCTION_APP_NAME", "DATA_STORAGE_NAME"];

    private static async Task<(int Exit, string Output)> RunAsync(string folder, string script, params (string Name, string Value)[] variables)
    {
        var az = Path.Combine(folder, "az");
        await File.WriteAllTextAsync(az, Az.ReplaceLineEndings("\n") + "\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(az, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var start = new ProcessStartInfo(Path.Combine(Shared.Repository, script)) { WorkingDirectory = Shared.Repository, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PATH"] = folder + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["AZ_FOLDER"] = folder;
        start.Environment["SMOKE_PAUSE"] = "0";
        foreach (var output in Outputs)
        {
            start.Environment[output] = output;
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, texts[0] + texts[1]);
    }
}
