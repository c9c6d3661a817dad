using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace MlOps.Durable.Functions;

/// <summary>A function as the host knows it: a folder with a function.json.</summary>
/// <param name="Name">Its name, which is the folder's.</param>
/// <param name="BindingsJson">The bindings, a JSON array.</param>
public sealed partial record FunctionDefinition(string Name, string BindingsJson)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>An Event Grid trigger, one event an invocation, with a durable client.</summary>
    /// <param name="name">The function's name.</param>
    public static FunctionDefinition EventGrid(string name) => Of(name, ("eventGridTrigger", Bindings.EventGrid), ("durableClient", Bindings.Client));

    /// <summary>A timer, with a durable client.</summary>
    /// <param name="name">The function's name.</param>
    /// <param name="schedule">NCRONTAB with seconds, or <c>%Setting%</c>.</param>
    public static FunctionDefinition Timer(string name, string schedule)
    {
        var bindings = (JsonArray)JsonNode.Parse(Of(name, ("timerTrigger", Bindings.Timer), ("durableClient", Bindings.Client)).BindingsJson)!;
        bindings[0]!["schedule"] = schedule;
        return new FunctionDefinition(name, bindings.ToJsonString());
    }

    /// <summary>An HTTP route whose requests go to the handler as they are.</summary>
    /// <param name="name">The function's name.</param>
    /// <param name="route">The route, below the host's prefix.</param>
    /// <param name="authLevel">anonymous, function or admin.</param>
    /// <param name="methods">The methods, lower case.</param>
    public static FunctionDefinition Http(string name, string route, string authLevel, params string[] methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        return new FunctionDefinition(Check(name), new JsonArray(HttpBindings(route, authLevel, methods)).ToJsonString());
    }

    /// <summary>An HTTP route whose requests the host hands over as invocations: the durable client beside the trigger keeps it from forwarding.</summary>
    /// <param name="name">The function's name.</param>
    /// <param name="route">The route, below the host's prefix.</param>
    /// <param name="authLevel">anonymous, function or admin.</param>
    /// <param name="methods">The methods, lower case.</param>
    public static FunctionDefinition InvokedHttp(string name, string route, string authLevel, params string[] methods)
    {
        ArgumentNullException.ThrowIfNull(methods);
        var client = new JsonObject { ["type"] = "durableClient", ["direction"] = "in", ["name"] = Bindings.Client };
        return new FunctionDefinition(Check(name), new JsonArray([.. HttpBindings(route, authLevel, methods), client]).ToJsonString());
    }

    private static JsonNode[] HttpBindings(string route, string authLevel, string[] methods)
    {
        var trigger = new JsonObject
        {
            ["type"] = "httpTrigger",
            ["direction"] = "in",
            ["name"] = Bindings.Request,
            ["methods"] = new JsonArray([.. methods.Select(method => (JsonNode)method)]),
            ["route"] = route,
            ["authLevel"] = authLevel,
        };
        var output = new JsonObject { ["type"] = "http", ["direction"] = "out", ["name"] = Bindings.Response };
        return [trigger, output];
    }

    /// <summary>An orchestrator. No $return binding and no dataType: either would change what reaches the extension.</summary>
    /// <param name="name">The function's name.</param>
    internal static FunctionDefinition Orchestrator(string name) => Of(name, ("orchestrationTrigger", Bindings.Orchestration));

    /// <summary>An activity, with a durable client for those that start runs.</summary>
    /// <param name="name">The function's name.</param>
    internal static FunctionDefinition Activity(string name) => Of(name, ("activityTrigger", Bindings.Activity), ("durableClient", Bindings.Client));

    /// <summary>The text of function.json.</summary>
    public string ToFunctionJson() => new JsonObject { ["bindings"] = JsonNode.Parse(BindingsJson) }.ToJsonString(Indented) + "\n";

    private static FunctionDefinition Of(string name, params (string Type, string Name)[] bindings) =>
        new(Check(name), new JsonArray([.. bindings.Select(binding => (JsonNode)new JsonObject { ["type"] = binding.Type, ["direction"] = "in", ["name"] = binding.Name })]).ToJsonString());

    private static string Check(string name) =>
        FunctionName().IsMatch(name) && !string.Equals(name, "host", StringComparison.OrdinalIgnoreCase)
            ? name
            : throw new ArgumentException($"The Functions host does not take '{name}' as a function's name: a letter, then letters, digits, '-' and '_', at most 128, and not 'host'.", nameof(name));

    [GeneratedRegex(@"^[A-Za-z][A-Za-z0-9_\-]{0,127}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FunctionName();
}
