using System.Text.Json;

namespace MlOps.Durable.Replay;

/// <summary>
/// Texts of our own in a history: JSON objects whose first property marks them. An activity returns such a text as a
/// JSON string, because the host rewrites dates in objects but not in texts; in the history it then has one layer more.
/// </summary>
internal static class MarkedText
{
    // Where a mark is, it is at the beginning: {"$mark": plain, "{\"$mark\" or "{\u0022$mark in a string.
    private const int Reach = 24;

    /// <summary>The object's text, if this is one with the mark.</summary>
    /// <param name="text">A text of the history.</param>
    /// <param name="mark">The first property, <c>$</c> included.</param>
    public static string? Find(string? text, string mark)
    {
        if (text is null || !text.AsSpan(0, Math.Min(text.Length, Reach)).Contains(mark, StringComparison.Ordinal))
        {
            return null;
        }

        var plain = text[0] == '"' ? JsonSerializer.Deserialize<string>(text)! : text;
        return plain.StartsWith($"{{\"{mark}\":", StringComparison.Ordinal) ? plain : null;
    }
}
