using System.Globalization;

namespace MlOps.Tabular;

/// <summary>Truth values and dates.</summary>
internal static class TypedCells
{
    private static readonly string[] DateForms =
    [
        "yyyy-MM-dd", "yyyy/MM/dd", "yyyy-M-d", "yyyy/M/d", "yyyy.MM.dd", "yyyyMMdd",
        "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss.FFFFFFF", "yyyy/MM/dd HH:mm", "yyyy/MM/dd HH:mm:ss",
        "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF",
        "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mm:ssK", "yyyy-MM-dd HH:mm:ss.FFFFFFFK",
    ];

    /// <summary>Reads "true" or "false" in any case; as a declared kind also yes/no, y/n, t/f, 1/0.</summary>
    public static double Boolean(string text, bool declared) => text.Trim().ToUpperInvariant() switch
    {
        "TRUE" => 1,
        "FALSE" => 0,
        "YES" or "Y" or "T" or "1" when declared => 1,
        "NO" or "N" or "F" or "0" when declared => 0,
        _ => double.NaN,
    };

    /// <summary>Seconds since 1970-01-01T00:00:00Z of a date written year first; NaN when it is none.</summary>
    public static double Date(string text) =>
        DateTime.TryParseExact(text.Trim(), DateForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? (time.Ticks - DateTime.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerSecond
            : double.NaN;
}
