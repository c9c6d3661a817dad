using System.Text.Json;
using System.Text.Json.Nodes;

namespace MlOps.Durable.Functions;

/// <summary>
/// Tells failures that the platform made from those that an orchestrator made. When a turn fails on the HTTP level (the
/// handler crashed, was killed, was restarting), the Durable extension ends the instance as Failed for good, with a
/// message of its own; the work itself was not at fault and can be started again.
/// </summary>
public static class PlatformFailure
{
    /// <summary>Error type of a failure whose instance says so.</summary>
    public const string ErrorType = "MlOps.Durable.PlatformFailure";

    // What the host records for an activity whose invocation it could not bring to an end.
    private static readonly string[] OfActivities =
    [
        "Microsoft.Azure.WebJobs.Host.FunctionInvocationException",
        "Microsoft.Azure.WebJobs.Host.FunctionTimeoutException",
        "(unknown)",
    ];

    private const string Unhandled = "failed with an unhandled exception.";

    /// <summary>Whether an instance failed by the platform's doing.</summary>
    /// <param name="instance">The instance.</param>
    public static bool Is(OrchestrationMetadata instance)
    {
        ArgumentNullException.ThrowIfNull(instance);
        return instance.RuntimeStatus == OrchestrationRuntimeStatus.Failed && instance.FailureDetails?.ErrorType == ErrorType;
    }

    /// <summary>Whether an activity failed by the platform's doing: its process died or was restarted, its time ran out, or no details came.</summary>
    /// <param name="failure">The failure.</param>
    public static bool Is(TaskFailureDetails failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return OfActivities.Contains(failure.ErrorType, StringComparer.Ordinal);
    }

    /// <summary>The details of a failed instance as its output tells them: <c>type: message</c>, or the platform's own object.</summary>
    internal static TaskFailureDetails? Details(JsonNode? output)
    {
        var text = output switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => (string?)value,
            _ => output.ToJsonString(),
        };
        if (text is null)
        {
            return null;
        }

        if (Message(text) is { } message && message.StartsWith("Function '", StringComparison.Ordinal) && message.EndsWith(Unhandled, StringComparison.Ordinal))
        {
            return new TaskFailureDetails(ErrorType, message, null, null);
        }

        var colon = text.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && !text.AsSpan(0, colon).ContainsAny(' ', '{', '"')
            ? new TaskFailureDetails(text[..colon], text[(colon + 2)..], null, null)
            : new TaskFailureDetails("(unknown)", text, null, null);
    }

    private static string? Message(string text)
    {
        try
        {
            return text.StartsWith('{') && JsonNode.Parse(text) is JsonObject failure ? (string?)failure["message"] : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
