using System.Globalization;
using System.Text.RegularExpressions;

namespace MlOps.Storage;

/// <summary>A time as people and programs give it: ISO 8601 alone, and without a zone it is UTC, as every answer is.</summary>
public static partial class IsoTime
{
    /// <summary>What a time looks like, for messages.</summary>
    public const string Form = "write an ISO date or time, such as 2026-11-21 or 2026-11-21T09:00:00Z; without a zone it is UTC";

    /// <summary>Reads a time.</summary>
    /// <param name="text">The text.</param>
    /// <param name="time">The time in UTC; of a date alone its first moment.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        ArgumentNullException.ThrowIfNull(text);
        time = default;
        return Iso().IsMatch(text)
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time);
    }

    /// <summary>Reads a time.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is none; says how one is written.</exception>
    public static DateTimeOffset Parse(string text) =>
        TryParse(text, out var time) ? time : throw new FormatException($"'{PipelineName.Shorten(text)}' is not a time: {Form}.");

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,7})?)?(Z|[+-]\d{2}:\d{2})?)?$")]
    private static partial Regex Iso();
}
