using System.Text.Json.Nodes;
using MlOps.WorkerDouble.Rpc;

namespace MlOps.WorkerDouble;

/// <summary>A function as the worker has told of it.</summary>
public sealed class HostedFunction
{
    private HostedFunction(RpcFunctionMetadata metadata, IReadOnlyList<JsonObject> bindings)
    {
        Metadata = metadata;
        Bindings = bindings;
        TriggerBinding = bindings.Single(b => Type(b).EndsWith("Trigger", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Its name.</summary>
    public string Name => Metadata.Name;

    /// <summary>Its bindings, as JSON.</summary>
    public IReadOnlyList<JsonObject> Bindings { get; }

    /// <summary>The binding that starts it.</summary>
    public JsonObject TriggerBinding { get; }

    /// <summary>Type of that binding.</summary>
    public string Trigger => Type(TriggerBinding);

    internal RpcFunctionMetadata Metadata { get; }

    internal static HostedFunction Of(RpcFunctionMetadata metadata) =>
        new(metadata, [.. metadata.RawBindings.Select(raw => JsonNode.Parse(raw)!.AsObject())]);

    internal static string Type(JsonObject binding) => (string)binding["type"]!;
}
