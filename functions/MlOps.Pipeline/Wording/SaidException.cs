using System.Text.Json;

namespace MlOps.Pipeline.Wording;

/// <summary>
/// The sentence of a failure, as its inner exception: of what an activity throws, the engine keeps texts alone, and the sentence's JSON is
/// one. Never thrown by itself.
/// </summary>
/// <param name="said">The sentence.</param>
public sealed class SaidException(Sentence said) : Exception(JsonSerializer.Serialize(said))
{
    /// <summary>The sentence of a message; <see langword="null"/> where it is none, such as one that was cut short on its way.</summary>
    /// <param name="message">Message of such an exception.</param>
    public static Sentence? Read(string message)
    {
        try
        {
            return JsonSerializer.Deserialize<Sentence>(message) is { Code: not null } said && Sentences.All.ContainsKey(said.Code) ? said : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
