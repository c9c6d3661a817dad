using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.DurableTask;
using MlOps.Pipeline;
using MlOps.Testing;
using MlOps.WorkerDouble;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>What <c>dotnet publish</c> lays out is what the Functions host takes; its worker is asked, for not every function is on disk.</summary>
[Collection(PublishedAppCollection.Name)]
public sealed partial class PublishedAppTests(PublishedApp published, ITestOutputHelper output)
{
    private static readonly Dictionary<string, string> Settings = new() { ["MLOPS_CONNECTION"] = "UseDevelopmentStorage=true" };

    [Fact]
    public async Task The_worker_tells_the_host_of_every_trigger_orchestrator_and_activity()
    {
        await using var host = await WorkerHost.StartAsync(published.Folder, Settings);
        output.WriteLine($"WorkerInit answered after {host.InitTime.TotalMilliseconds:F0} ms");

        var registered = new DurableTaskRegistry().AddPipeline();
        string[] Of(string trigger) => [.. host.Functions.Values.Where(f => f.Trigger == trigger).Select(f => f.Name).Order(StringComparer.Ordinal)];
        Assert.Equal(["OnBlobCreated"], Of("eventGridTrigger"));
        Assert.Equal(["SweepDrops"], Of("timerTrigger"));
        Assert.Equal(["Health", "OperatorApi", "ReaderApi", "ReleaserApi", "Web"], Of("httpTrigger"));
        Assert.Equal(registered.GetOrchestrators().Select(o => o.Key.Name).Order(StringComparer.Ordinal), Of("orchestrationTrigger"));
        Assert.Equal(registered.GetActivities().Select(a => a.Key.Name).Order(StringComparer.Ordinal), Of("activityTrigger"));

        foreach (var function in host.Functions.Values)
        {
            Assert.Matches(FunctionName(), function.Name);
            Assert.All(function.Bindings, binding => Assert.Matches(BindingName(), (string)binding["name"]!));
        }

        // A key of one role gives nothing of another, and nothing else asks for one.
        Assert.Equal(
            ["Health anonymous api/health/{check?}", "OperatorApi function keys/operator/{*path}", "ReaderApi function keys/reader/{*path}", "ReleaserApi function keys/releaser/{*path}", "Web anonymous {*path}"],
            host.Functions.Values.Where(f => f.Trigger == "httpTrigger").OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Name} {((string)f.TriggerBinding["authLevel"]!).ToLowerInvariant()} {(string)f.TriggerBinding["route"]!}"));

        var subscription = await File.ReadAllTextAsync(Path.Combine(Shared.Repository, "infra", "app", "event-subscription.bicep"), TestContext.Current.CancellationToken);
        Assert.Contains(SubscribedFunction().Match(subscription).Groups["name"].Value, Of("eventGridTrigger"));
        Assert.True(host.Capabilities.ContainsKey("HttpUri"));
    }

    [Fact]
    public async Task Code_that_is_published_for_a_processor_is_for_that_one()
    {
        var published64 = ProgramFiles.ProcessorsOf(published.Folder);
        Assert.Superset(new HashSet<string> { "lib_lightgbm.so", "MlOps.Functions", "MlOps.Boosting.dll" }, published64.Keys.ToHashSet());
        Assert.All(published64, file => Assert.Equal((file.Key, "x64"), (file.Key, file.Value)));

        if (Environment.GetEnvironmentVariable("MLOPS_PUBLISH") is not { Length: > 0 } target)
        {
            return;
        }

        foreach (var (project, program) in new[] { ("functions/MlOps.Functions", "MlOps.Functions"), ("functions/MlOps.Cli", "mlops") })
        {
            using var folder = new TemporaryFolder();
            await PublishedApp.PublishAsync(project, folder.Path, "-r", target);
            var files = ProgramFiles.ProcessorsOf(folder.Path);
            output.WriteLine($"{project} for {target}: {files.Count} files with code for a processor: {string.Join(", ", files.Keys.Order(StringComparer.Ordinal))}");
            Assert.Contains(program, files.Keys);
            Assert.All(files, file => Assert.Equal((file.Key, target.Split('-')[^1]), (file.Key, file.Value)));
        }
    }

    [Fact]
    public void The_host_settings_name_a_hub_of_our_own_and_end_what_takes_too_long()
    {
        var host = JsonNode.Parse(File.ReadAllText(Path.Combine(published.Folder, "host.json")))!;
        Assert.Equal("2.0", (string)host["version"]!);
        Assert.True(TimeSpan.Parse((string)host["functionTimeout"]!) > TimeSpan.Zero);
        Assert.Equal("", (string)host["extensions"]!["http"]!["routePrefix"]!);
        var durable = host["extensions"]!["durableTask"]!;
        Assert.Matches("^[A-Za-z][A-Za-z0-9]{2,44}$", (string)durable["hubName"]!);
        Assert.False((bool)durable["extendedSessionsEnabled"]!);
        Assert.False((bool)durable["tracing"]!["traceInputsAndOutputs"]!);
        Assert.InRange(TimeSpan.Parse((string)durable["storageProvider"]!["maxQueuePollingInterval"]!), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.InRange((int)durable["maxConcurrentActivityFunctions"]!, 1, 10);

        // As long as a run rests after its machine was lost; the extension takes no less than a minute.
        Assert.All(["controlQueueVisibilityTimeout", "workItemQueueVisibilityTimeout"], name => Assert.Equal(TimeSpan.FromMinutes(1), TimeSpan.Parse((string)durable["storageProvider"]![name]!)));

        // Runs tell their spans themselves; the extension warns at each start where nothing is chosen.
        Assert.Equal((true, "None"), ((bool)durable["tracing"]!["distributedTracingEnabled"]!, (string)durable["tracing"]!["version"]!));
    }

    [Fact]
    public void The_folder_starts_by_dotnet_and_brings_the_extensions_the_page_and_no_settings()
    {
        var worker = JsonNode.Parse(File.ReadAllText(Path.Combine(published.Folder, "worker.config.json")))!["description"]!;
        Assert.Equal(("dotnet-isolated", "MlOps.Functions.dll"), ((string)worker["language"]!, (string)worker["defaultWorkerPath"]!));
        var extensions = JsonNode.Parse(File.ReadAllText(Path.Combine(published.Folder, "extensions.json")))!["extensions"]!.AsArray();
        Assert.Superset(new HashSet<string> { "DurableTask", "EventGrid" }, extensions.Select(e => (string)e!["name"]!).ToHashSet());
        Assert.All(extensions, e => Assert.True(File.Exists(Path.Combine(published.Folder, (string)e!["hintPath"]!))));
        Assert.True(File.Exists(Path.Combine(published.Folder, "page", "index.html")));
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
    public async Task A_worker_without_a_storage_account_says_which_setting_is_missing()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => WorkerHost.StartAsync(published.Folder, new Dictionary<string, string>()));
        Assert.Contains("The setting MLOPS_CONNECTION names no storage account", failure.Message, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_\-]{0,127}$")]
    private static partial Regex FunctionName();

    [GeneratedRegex(@"^(\$return|[a-zA-Z][a-zA-Z0-9]{0,127})$")]
    private static partial Regex BindingName();

    [GeneratedRegex(@"param functionName string = '(?<name>\w+)'")]
    private static partial Regex SubscribedFunction();
}
