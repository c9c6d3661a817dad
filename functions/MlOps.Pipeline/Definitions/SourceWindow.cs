using System.Globalization;

namespace MlOps.Pipeline.Definitions;

/// <summary>How far back events of a side table count.</summary>
internal static class SourceWindow
{
    /// <summary>Length of a window; infinite for <c>all</c>, <see langword="null"/> where the text is none.</summary>
    public static double? Seconds(string window) => window switch
    {
        "all" => double.PositiveInfinity,
        [.. var count, 'd'] when IsCount(count, out var days) => days * 86_400.0,
        [.. var count, 'h'] when IsCount(count, out var hours) => hours * 3600.0,
        _ => null,
    };

    private static bool IsCount(string text, out int count) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count is > 0 and <= 100_000;
}
