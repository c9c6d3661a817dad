using System.Globalization;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Report.Html;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Whole(long number) => number.ToString("#,##0", Invariant);

    public static string Whole(double number) => number.ToString("#,##0", Invariant);

    public static string Share(double share) => double.IsFinite(share) ? (share * 100).ToString(Math.Abs(share) < 0.0995 ? "0.0" : "0", Invariant) + "\u00A0%" : "–";

    public static string Percent(double share) => double.IsFinite(share) ? (share * 100).ToString("0.#", Invariant) + "\u00A0%" : "–";

    /// <summary>A metric: four places where it is of the order of one, four significant digits above.</summary>
    public static string Metric(double? value) => value is not { } number || !double.IsFinite(number)
        ? "–"
        : Math.Abs(number) < 100 ? number.ToString("0.0000", Invariant) : Number(number);

    public static string Signed(double? value) => value is not { } number || !double.IsFinite(number)
        ? "–"
        : number.ToString("+0.0000;−0.0000;0.0000", Invariant);

    public static string Metric4(double value) => Metric(value);

    /// <summary>Any number in four significant digits.</summary>
    public static string Number(double value)
    {
        if (!double.IsFinite(value))
        {
            return "–";
        }

        var size = Math.Abs(value);
        return size switch
        {
            0 => "0",
            >= 1e6 or < 1e-4 => value.ToString("0.###e+0", Invariant),
            >= 1000 => value.ToString("#,##0", Invariant),
            >= 100 => value.ToString("0.#", Invariant),
            >= 10 => value.ToString("0.##", Invariant),
            >= 1 => value.ToString("0.###", Invariant),
            _ => value.ToString("0.####", Invariant),
        };
    }

    /// <summary>The beginning of a hash, enough to compare by eye.</summary>
    public static string Hash(string? hash) => hash is null ? "–" : hash.Length <= 12 ? hash : hash[..12];

    /// <summary>A period as a date where it is one.</summary>
    public static string Period(string period, string language) =>
        DateOnly.TryParseExact(period, "yyyyMMdd", Invariant, DateTimeStyles.None, out var date)
            ? date.ToString(language == Sentences.Japanese ? "yyyy'年'M'月'd'日'" : "d MMMM yyyy", Invariant) : period;

    public static string Short(string text, int length) => text.Length <= length ? text : string.Concat(text.AsSpan(0, length - 1), "…");
}
