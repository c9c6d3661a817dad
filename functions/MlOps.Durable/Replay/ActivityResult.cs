using System.Text.Json;
using MlOps.Durable.History;

namespace MlOps.Durable.Replay;

/// <summary>
/// The envelope in which an activity's outcome travels through the Functions host, which drops all details of a failed
/// invocation and rewrites date-like strings of a result. It is an object with <c>$durable</c> as its first property:
/// <c>{"$durable":1,"result":"JSON text"}</c> or <c>{"$durable":1,"error":{…}}</c>. A result without it is taken as it is.
/// </summary>
internal static class ActivityResult
{
    private const string Mark = "$durable";

    /// <summary>The envelope of a result.</summary>
    /// <param name="result">The result, JSON text; <see langword="null"/>: none.</param>
    public static string Success(string? result) => JsonSerializer.Serialize(new Envelope(1, result, null), Options);

    /// <summary>The envelope of a failure.</summary>
    /// <param name="details">Why.</param>
    public static string Failure(TaskFailureDetails details) => JsonSerializer.Serialize(new Envelope(1, null, Error.From(details)), Options);

    /// <summary>Settles an activity by its result text, plain or in the envelope.</summary>
    /// <param name="state">The tasks.</param>
    /// <param name="id">Id of the activity's task.</param>
    /// <param name="result">The result text of the history.</param>
    public static void Settle(TurnState state, int id, string? result)
    {
        if (MarkedText.Find(result, Mark) is not { } text)
        {
            state.Complete(id, result);
            return;
        }

        var envelope = JsonSerializer.Deserialize<Envelope>(text, Options);
        if (envelope?.Error is { } error)
        {
            state.Fail(id, error.ToDetails());
        }
        else
        {
            state.Complete(id, envelope?.Result);
        }
    }

    /// <summary>Whether a result text is the envelope of a failure.</summary>
    /// <param name="result">The result text of the history.</param>
    public static bool IsFailure(string? result) =>
        MarkedText.Find(result, Mark) is { } text && JsonSerializer.Deserialize<Envelope>(text, Options)?.Error is not null;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
    };

    private sealed record Envelope(
        [property: System.Text.Json.Serialization.JsonPropertyName("$durable"), System.Text.Json.Serialization.JsonPropertyOrder(-1)] int Version,
        string? Result,
        Error? Error);

    private sealed record Error(string Type, string Message, string? StackTrace, bool Retriable, Error? Inner)
    {
        public static Error From(TaskFailureDetails details) =>
            new(details.ErrorType, details.ErrorMessage, details.StackTrace, !details.IsNonRetriable, details.InnerFailure is { } inner ? From(inner) : null);

        public TaskFailureDetails ToDetails() =>
            new(Type, Message, StackTrace, Inner?.ToDetails()) { IsNonRetriable = !Retriable };
    }
}
