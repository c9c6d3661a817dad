using System.Globalization;

namespace MlOps.Tabular;

/// <summary>Times of day and durations written with colons: <c>13:45</c>, <c>1:45 pm</c>, <c>13:45:30.5</c>, <c>102:15</c>.</summary>
public static class ClockText
{
    private const double MinutesOfHour = 60;
    private const int MostLength = 24;

    /// <summary>Minutes since midnight, or minutes that the duration takes; of the first part taken as hours.</summary>
    /// <param name="text">The cell: hours of one to three digits, minutes and perhaps seconds of two each, perhaps a fraction of the seconds, perhaps am or pm.</param>
    /// <param name="minutes">The minutes; NaN where the text is no time.</param>
    /// <returns>False for what is none, such as a score of 2:1, 12:75 or 13:00 pm.</returns>
    public static bool TryParse(string text, out double minutes)
    {
        ArgumentNullException.ThrowIfNull(text);
        minutes = double.NaN;
        if (text.Length > MostLength)
        {
            return false;
        }

        var core = text.AsSpan().Trim();
        var half = HalfOfDay(ref core);
        var colon = core.IndexOf(':');
        if (colon is < 1 or > 3 || !Whole(core[..colon], out var hours) || (half is not null && hours is < 1 or > 12))
        {
            return false;
        }

        core = core[(colon + 1)..];
        if (core.Length < 2 || !Whole(core[..2], out var past) || past >= MinutesOfHour)
        {
            return false;
        }

        core = core[2..];
        double seconds = 0;
        if (core.Length > 0 && (core.Length < 3 || core[0] != ':' || !Seconds(core[1..], out seconds)))
        {
            return false;
        }

        if (half is { } later)
        {
            hours = (hours % 12) + (later ? 12 : 0);
        }

        minutes = (hours * MinutesOfHour) + past + (seconds / 60);
        return true;
    }

    // am is the first half of the day, pm the second.
    private static bool? HalfOfDay(ref ReadOnlySpan<char> text)
    {
        foreach (var (mark, later) in ((string, bool)[])[("am", false), ("pm", true), ("a.m.", false), ("p.m.", true)])
        {
            if (text.EndsWith(mark, StringComparison.OrdinalIgnoreCase))
            {
                text = text[..^mark.Length].TrimEnd();
                return later;
            }
        }

        return null;
    }

    private static bool Whole(ReadOnlySpan<char> digits, out int value) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static bool Seconds(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
        && value < MinutesOfHour && (text.Length == 2 || (text.Length > 3 && text[2] == '.')) && char.IsAsciiDigit(text[1]);
}
