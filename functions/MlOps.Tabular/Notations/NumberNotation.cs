using System.Globalization;
using System.Text;

namespace MlOps.Tabular;

/// <summary>
/// How the numbers of a column are written: <c>69,32</c>, <c>1.234,50</c>, <c>$69.32</c>, <c>5 %</c>, <c>12 kg</c>, and below zero <c>-5.00</c>, <c>(5.00)</c> or,
/// as SAP writes it, <c>5.00-</c>.
/// </summary>
/// <param name="Decimal">The decimal mark, <c>.</c> or <c>,</c>.</param>
/// <param name="Thousands">The mark between groups of three digits: <c>,</c>, <c>.</c>, a space or an apostrophe (with their typographic forms); <see langword="null"/> for none. With commas also lakhs and crores, <c>1,23,456</c>.</param>
/// <param name="Signs">Whether currency and percent signs and units of measure are taken off; the number before them counts, so that 5 % is 5.</param>
/// <param name="PlainToo">Whether a cell that is a number in plain notation is taken as such first.</param>
/// <param name="Times">Whether the numbers are times such as <c>13:45</c>, which count as minutes (<see cref="ClockText"/>); the marks then play no part.</param>
public sealed record NumberNotation(char Decimal = '.', char? Thousands = null, bool Signs = true, bool PlainToo = false, bool Times = false)
{
    private const int MostLength = 64;

    private static readonly string[] Codes =
    [
        "USD", "EUR", "GBP", "JPY", "CHF", "CNY", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "INR", "AUD", "CAD", "BRL", "TRY", "ZAR", "KRW", "RUB", "MXN", "SGD", "HKD", "NZD",
        "US$", "A$", "C$", "R$", "kr.", "kr", "zł", "Kč", "Ft", "Rs.", "Rs", "円", "元",
    ];

    // Behind a number only: M12 is a screw.
    private static readonly string[] Measures =
        ["km/h", "kWh", "kg", "km", "cm", "mm", "ms", "min", "MB", "GB", "TB", "kB", "KB", "°C", "°F", "m²", "m2", "g", "m", "l", "L", "h", "s", "k", "K", "M"];

    /// <summary>Numbers as computers write them: digits, a point, an exponent.</summary>
    public static NumberNotation Plain { get; } = new(Signs: false);

    /// <summary>Reads a number.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="value">The number.</param>
    /// <returns>False where the text is none in this notation, or a code (leading zeros, more digits than a double keeps).</returns>
    public bool TryParse(string text, out double value) => TryParse(text, out value, out _);

    /// <summary>Whether the text is a number in plain notation that a double keeps: no code such as <c>007</c>, no thousands mark.</summary>
    /// <param name="text">The cell.</param>
    /// <param name="value">The number.</param>
    public static bool TryParsePlain(string text, out double value)
    {
        ArgumentNullException.ThrowIfNull(text);
        value = double.NaN;
        return text.Length <= 4 * MostLength && NumberParser.TryParse(Encoding.UTF8.GetBytes(text), out value);
    }

    /// <summary>Whether a sign that was taken off is that of a currency.</summary>
    internal static bool IsCurrency(string unit) => Codes.Contains(unit, StringComparer.Ordinal) || (unit.Length == 1 && char.GetUnicodeCategory(unit[0]) == UnicodeCategory.CurrencySymbol);

    /// <summary>One spelling for each unit, so that USD is $; empty where the number needs none, or carries it as a factor (12K).</summary>
    internal static string UnitOf(string sign) => sign switch
    {
        "k" or "K" or "M" => "",
        "USD" or "US$" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "JPY" or "円" or "￥" => "¥",
        "％" => "%",
        "l" => "L",
        "m2" => "m²",
        "KB" => "kB",
        "kr." or "SEK" or "NOK" or "DKK" => "kr",
        "PLN" => "zł",
        "CZK" => "Kč",
        "HUF" => "Ft",
        "Rs." or "INR" or "₹" => "Rs",
        "CNY" or "元" => "元",
        _ => sign,
    };

    /// <summary>Reads a number and tells the sign that was taken off.</summary>
    internal bool TryParse(string text, out double value, out string unit)
    {
        unit = "";
        value = double.NaN;
        if (PlainToo && TryParsePlain(text, out value))
        {
            return true;
        }

        if (Times)
        {
            return ClockText.TryParse(text, out value);
        }

        if (text.Length > MostLength)
        {
            return false;
        }

        var core = text.AsSpan().Trim();
        var negative = false;
        var bracketed = core.Length > 2 && core[0] == '(' && core[^1] == ')';
        if (bracketed)
        {
            core = core[1..^1].Trim();
        }

        core = WithoutMinus(core, ref negative);
        if (Signs)
        {
            core = WithoutUnit(core, ref unit);
            core = negative ? core : WithoutMinus(core, ref negative);
        }

        var trailing = Signs && !negative && core.Length > 2 && core[^1] is '-' or '\u2212' && char.IsAsciiDigit(core[^2]);
        if (trailing)
        {
            core = core[..^1];
        }

        if ((bracketed || trailing) && (negative || bracketed == trailing || core.IndexOfAny(Decimal, Thousands ?? Decimal) < 0))
        {
            return false; // (415) is no amount in an account, and 415- may be a code
        }

        Span<byte> plain = stackalloc byte[MostLength + 1];
        if (!TryMakePlain(core, plain[1..], out var length) || !NumberParser.TryParse(plain.Slice(1, length), out value))
        {
            value = double.NaN;
            return false;
        }

        value *= unit switch { "k" or "K" => 1e3, "M" => 1e6, _ => 1 };
        value = negative || bracketed || trailing ? -value : value;
        return true;
    }

    private static ReadOnlySpan<char> WithoutMinus(ReadOnlySpan<char> text, scoped ref bool negative)
    {
        if (text.Length > 1 && text[0] is '-' or '\u2212' or '+')
        {
            negative = text[0] != '+';
            return text[1..].TrimStart();
        }

        return text;
    }

    private static ReadOnlySpan<char> WithoutUnit(ReadOnlySpan<char> text, scoped ref string unit)
    {
        if (text.Length < 2)
        {
            return text;
        }

        foreach (var code in Codes)
        {
            if (text.StartsWith(code, StringComparison.Ordinal))
            {
                unit = code;
                return text[code.Length..].TrimStart();
            }

            if (text.EndsWith(code, StringComparison.Ordinal))
            {
                unit = code;
                return text[..^code.Length].TrimEnd();
            }
        }

        if (char.GetUnicodeCategory(text[0]) == UnicodeCategory.CurrencySymbol)
        {
            unit = text[0].ToString();
            return text[1..].TrimStart();
        }

        foreach (var measure in Measures)
        {
            if (text.EndsWith(measure, StringComparison.Ordinal) && text[..^measure.Length].TrimEnd() is { Length: > 0 } number && char.IsAsciiDigit(number[^1]))
            {
                unit = measure;
                return number;
            }
        }

        if (text[^1] is '%' or '％' || char.GetUnicodeCategory(text[^1]) == UnicodeCategory.CurrencySymbol)
        {
            unit = text[^1].ToString();
            return text[..^1].TrimEnd();
        }

        return text;
    }

    /// <summary>Digits, a point and an exponent as ASCII; false where a mark stands in a wrong place.</summary>
    private bool TryMakePlain(ReadOnlySpan<char> core, Span<byte> plain, out int length)
    {
        length = 0;
        int groups = 0, run = 0;
        var (decimals, exponent, lakhs) = (false, false, false);
        for (var i = 0; i < core.Length; i++)
        {
            var c = core[i];
            if (char.IsAsciiDigit(c))
            {
                run++;
            }
            else if (c == Decimal && !decimals && !exponent && (groups == 0 || run == 3))
            {
                (decimals, c, run) = (true, '.', 0);
            }
            else if (IsThousands(c) && !decimals && !exponent && IsGroup(run, groups, core[i - run], ref lakhs))
            {
                groups++;
                run = 0;
                continue;
            }
            else if (c is 'e' or 'E' && !exponent && groups == 0 && i > 0 && i + 1 < core.Length)
            {
                exponent = true;
            }
            else if (c is not ('+' or '-') || i == 0 || core[i - 1] is not ('e' or 'E'))
            {
                return false;
            }

            plain[length++] = (byte)c;
        }

        return length > 0 && (groups == 0 || decimals || run == 3);
    }

    // In India all groups but the last have two digits: 1,23,456.
    private bool IsGroup(int run, int groups, char first, ref bool lakhs)
    {
        if (groups == 0)
        {
            return run is >= 1 and <= 3 && first != '0';
        }

        lakhs |= groups == 1 && run == 2 && Thousands == ',';
        return run == (lakhs ? 2 : 3);
    }

    private bool IsThousands(char c) => Thousands switch
    {
        null => false,
        ' ' => c is ' ' or '\u00A0' or '\u202F' or '\u2009',
        '\'' => c is '\'' or '\u2019',
        var mark => c == mark,
    };
}
