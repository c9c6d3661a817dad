using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Durable.Functions;

/// <summary>What the Functions host reads in the application's root: host.json and a folder with function.json for each function.</summary>
public static class FunctionsLayout
{
    /// <summary>
    /// The one version of the extension bundle that the layout asks for. A range would let the Durable extension change
    /// without a deployment of ours.
    /// </summary>
    public const string BundleVersion = "[4.37.1, 4.37.2)";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes the layout. Folders of functions that are no more are removed.</summary>
    /// <param name="folder">The application's root.</param>
    /// <param name="executable">The handler's file in it.</param>
    /// <param name="functions">The functions.</param>
    public static void Write(string folder, string executable, IEnumerable<FunctionDefinition> functions)
    {
        ArgumentNullException.ThrowIfNull(functions);
        Directory.CreateDirectory(folder);
        foreach (var old in Directory.EnumerateFiles(folder, "function.json", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 }).ToList())
        {
            Directory.Delete(Path.GetDirectoryName(old)!, recursive: true);
        }

        File.WriteAllText(Path.Combine(folder, "host.json"), HostJson(executable));
        foreach (var function in functions)
        {
            File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(folder, function.Name)).FullName, "function.json"), function.ToFunctionJson());
        }
    }

    /// <summary>The deadline of activities under a host.json: a twentieth, at least half a minute, below its functionTimeout.</summary>
    /// <param name="folder">The application's root.</param>
    /// <returns>The deadline; <see langword="null"/> where there is no host.json or no time-out in it.</returns>
    public static TimeSpan? ActivityDeadline(string folder)
    {
        var file = Path.Combine(folder, "host.json");
        if (!File.Exists(file) || (string?)JsonNode.Parse(File.ReadAllText(file))?["functionTimeout"] is not { } text || !TimeSpan.TryParse(text, out var timeout) || timeout <= TimeSpan.Zero)
        {
            return null;
        }

        var margin = timeout / 20 > TimeSpan.FromSeconds(30) ? timeout / 20 : TimeSpan.FromSeconds(30);
        return timeout > 2 * margin ? timeout - margin : timeout / 2;
    }

    /// <summary>The text of host.json.</summary>
    /// <param name="executable">The handler's file.</param>
    internal static string HostJson(string executable) => new JsonObject
    {
        ["version"] = "2.0",
        ["extensionBundle"] = new JsonObject { ["id"] = "Microsoft.Azure.Functions.ExtensionBundle", ["version"] = BundleVersion },
        ["customHandler"] = new JsonObject
        {
            ["description"] = new JsonObject
            {
                ["defaultExecutablePath"] = executable,
                ["workingDirectory"] = "",
                ["arguments"] = new JsonArray("handler"),
            },
            ["enableForwardingHttpRequest"] = true,
            ["initializationTimeout"] = "00:01:00",
        },
        ["functionTimeout"] = "01:00:00",
        ["extensions"] = new JsonObject
        {
            // Addresses are those that the program has under every host.
            ["http"] = new JsonObject { ["routePrefix"] = "" },
            ["durableTask"] = new JsonObject
            {
                ["hubName"] = "MlOps",
                ["maxConcurrentActivityFunctions"] = 4,
                ["maxConcurrentOrchestratorFunctions"] = 8,
                ["extendedSessionsEnabled"] = false,
                ["tracing"] = new JsonObject { ["traceInputsAndOutputs"] = false },
            },
        },
        ["logging"] = new JsonObject
        {
            // Alerts read what the handler logs: none of it may be left out by sampling.
            ["applicationInsights"] = new JsonObject { ["samplingSettings"] = new JsonObject { ["isEnabled"] = false } },
            ["logLevel"] = new JsonObject { ["default"] = "Information", ["Host.Triggers.DurableTask"] = "Information" },
        },
    }.ToJsonString(Indented) + "\n";
}
