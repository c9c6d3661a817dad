using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MlOps.Cli.Hosting;
using MlOps.HostDouble;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>What <c>dotnet publish</c> lays out is what the Functions host takes.</summary>
public sealed partial class PublishedFolderTests(PublishedFolderTests.Published published, ITestOutputHelper output) : IClassFixture<PublishedFolderTests.Published>
{
    private static readonly string[] TriggerTypes = ["eventGridTrigger", "timerTrigger", "httpTrigger", "orchestrationTrigger", "activityTrigger"];

    [Fact]
    public void Every_function_of_the_folder_exists_in_the_program_and_the_other_way_round()
    {
        var folders = Functions().Select(function => function.Name).Order(StringComparer.Ordinal);
        var program = PipelineFunctions.Definitions.Select(function => function.Name).Order(StringComparer.Ordinal);
        Assert.Equal(program, folders);
        Assert.Contains(PipelineFunctions.OnBlobCreated, folders);
    }

    [Fact]
    public void Names_and_bindings_are_such_as_the_host_takes()
    {
        foreach (var (name, bindings, folder) in Functions())
        {
            Assert.Matches(FunctionName(), name);
            Assert.Single(Directory.EnumerateFileSystemEntries(folder));
            var trigger = Assert.Single(bindings, binding => ((string)binding!["type"]!).EndsWith("Trigger", StringComparison.Ordinal))!;
            Assert.Contains((string)trigger["type"]!, TriggerTypes);
            Assert.Equal(bindings.Count, bindings.Select(binding => (string)binding!["name"]!).Distinct(StringComparer.Ordinal).Count());
            Assert.All(bindings, binding => Assert.Matches(BindingName(), (string)binding!["name"]!));
            Assert.All(bindings, binding => Assert.Null(binding!["dataType"]));
            if ((string)trigger["type"]! is "orchestrationTrigger" or "activityTrigger")
            {
                // Else the host sends the input twice; and a $return binding would change what comes back.
                Assert.EndsWith("Trigger", (string)trigger["name"]!, StringComparison.Ordinal);
                Assert.DoesNotContain(bindings, binding => (string)binding!["direction"]! == "out");
            }
        }

        Assert.Equal(Functions().Count, Functions().Select(function => function.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    [Fact]
    public void The_host_settings_start_the_program_and_pin_the_bundle()
    {
        var host = JsonNode.Parse(File.ReadAllText(Path.Combine(published.Folder, "host.json")))!;
        Assert.Equal("2.0", (string)host["version"]!);
        Assert.Matches(@"^\[(\d+\.\d+\.\d+), (\d+\.\d+\.\d+)\)$", (string)host["extensionBundle"]!["version"]!);
        var parts = ((string)host["extensionBundle"]!["version"]!).Trim('[', ')').Split(", ").Select(Version.Parse).ToArray();
        Assert.Equal(new Version(parts[0].Major, parts[0].Minor, parts[0].Build + 1), parts[1]);
        var executable = Path.Combine(published.Folder, (string)host["customHandler"]!["description"]!["defaultExecutablePath"]!);
        Assert.True(File.Exists(executable));
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(executable).HasFlag(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
        Assert.Equal("handler", (string)host["customHandler"]!["description"]!["arguments"]![0]!);
        Assert.True(TimeSpan.Parse((string)host["functionTimeout"]!) > TimeSpan.Zero);
        Assert.Matches("^[A-Za-z][A-Za-z0-9]{2,44}$", (string)host["extensions"]!["durableTask"]!["hubName"]!);
        Assert.False((bool)host["extensions"]!["durableTask"]!["extendedSessionsEnabled"]!);
    }

    [Fact]
    public void No_secret_and_no_settings_lie_in_the_folder()
    {
        foreach (var file in Directory.EnumerateFiles(published.Folder, "*", SearchOption.AllDirectories))
        {
            Assert.DoesNotMatch(@"(^|/)(local\.settings.*|appsettings.*|secrets.*|\.env|.*\.pfx|.*\.key)$", file);
            if (Path.GetExtension(file) is ".json" or ".yaml" or ".config")
            {
                Assert.DoesNotMatch(@"AccountKey=|SharedAccessSignature|DefaultEndpointsProtocol|sig=|password""\s*:", File.ReadAllText(file));
            }
        }
    }

    [Fact]
    public async Task The_program_answers_with_nothing_but_what_the_host_gives_it()
    {
        // No .NET of the machine, no PATH of ours: what the folder holds must do.
        var settings = new Dictionary<string, string>(StringComparer.Ordinal) { ["MLOPS_CONNECTION"] = "UseDevelopmentStorage=true", ["DOTNET_ROOT"] = "/nonexistent", ["PATH"] = "/usr/bin:/bin" };
        await using var handler = new HandlerProcess(Path.Combine(published.Folder, "mlops"), ["handler"], published.Folder, settings);
        await handler.StartAsync();
        output.WriteLine($"answered after {handler.LastStart.TotalMilliseconds:F0} ms");

        var (status, mediaType, body) = await handler.InvokeAsync("nobody", "{}"u8.ToArray(), CancellationToken.None);
        Assert.Equal((404, "application/json"), (status, mediaType));
        Assert.NotEmpty(body);
        Assert.NotEqual(0, await handler.TerminateAsync());
    }

    private List<(string Name, JsonArray Bindings, string Folder)> Functions() =>
        [.. Directory.EnumerateDirectories(published.Folder).Where(folder => File.Exists(Path.Combine(folder, "function.json"))).Select(folder =>
            (Path.GetFileName(folder), (JsonArray)JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "function.json")))!["bindings"]!, folder))];

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_\-]{0,127}$")]
    private static partial Regex FunctionName();

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9]{0,127}$")]
    private static partial Regex BindingName();

    /// <summary>The published folder, made once.</summary>
    public sealed class Published : IAsyncLifetime
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("mlops-publish-").FullName;

        public async ValueTask InitializeAsync()
        {
            var start = new ProcessStartInfo("dotnet") { WorkingDirectory = Shared.Repository, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            foreach (var argument in (string[])["publish", "functions/MlOps.Cli", "-c", "Release", "-o", Folder, "-nologo", "-v", "q", "-p:UseSharedCompilation=false", "-nodeReuse:false"])
            {
                start.ArgumentList.Add(argument);
            }

            using var publish = Process.Start(start)!;
            var output = publish.StandardOutput.ReadToEndAsync();
            var errors = publish.StandardError.ReadToEndAsync();
            await publish.WaitForExitAsync();
            Assert.True(publish.ExitCode == 0, await output + await errors);
        }

        public ValueTask DisposeAsync()
        {
            TemporaryFolder.Remove(Folder);
            return ValueTask.CompletedTask;
        }
    }
}
