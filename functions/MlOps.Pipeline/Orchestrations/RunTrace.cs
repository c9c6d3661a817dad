using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// The W3C trace context of a run (https://www.w3.org/TR/trace-context/). It comes with the event; where the event has none it follows
/// from the run's id, so that every process, replay and repetition comes to the same one. It is never part of a step's key or output.
/// </summary>
public static class RunTrace
{
    /// <summary>Name of the CloudEvents extension attribute that carries it.</summary>
    public const string Attribute = "traceparent";

    /// <summary>The context of a run.</summary>
    /// <param name="given">What came with the event; ignored where it is no valid <c>traceparent</c>.</param>
    /// <param name="runId">Id of the run.</param>
    public static string Of(string? given, string runId)
    {
        ArgumentNullException.ThrowIfNull(runId);
        return given is not null && ActivityContext.TryParse(given, null, out _) ? given : Derived(runId);
    }

    private static string Derived(string runId)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(runId)));
        return $"00-{hash[..32]}-{hash[32..48]}-01";
    }
}
