using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace MlOps.Storage;

/// <summary>
/// The period of a drop: <c>initial</c> (the history) or a day written <c>yyyyMMdd</c>.
/// Periods are ordered: <c>initial</c> first, then by date.
/// </summary>
public readonly record struct Period : IComparable<Period>
{
    private readonly string? _value;

    private Period(string value) => _value = value;

    /// <summary>The history that comes before every dated period.</summary>
    public static Period Initial { get; } = new("initial");

    /// <summary><c>initial</c> or <c>yyyyMMdd</c>; empty for the default value.</summary>
    public string Value => _value ?? "";

    /// <summary>Whether this is the history.</summary>
    public bool IsInitial => Value == "initial";

    /// <summary>The day of a dated period, <see langword="null"/> for <c>initial</c>.</summary>
    public DateOnly? Date => IsInitial || _value is null
        ? null
        : DateOnly.ParseExact(_value, "yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>Parses <c>initial</c> or <c>yyyyMMdd</c>.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">The text is neither.</exception>
    public static Period Parse(string? text) => TryParse(text, out var period)
        ? period
        : throw new FormatException(
            $"'{PipelineName.Shorten(text)}' is not a period: {MissingDay(text) ?? "write 'initial' or a day as yyyyMMdd, such as 20201001"}.");

    /// <summary>Why eight digits are no day; <see langword="null"/> where the text is something else.</summary>
    /// <param name="text">The text; that of a day gives <see langword="null"/>.</param>
    public static string? MissingDay(string? text)
    {
        if (text is not { Length: 8 } || !text.All(char.IsAsciiDigit))
        {
            return null;
        }

        if (TryParse(text, out _))
        {
            return null;
        }

        var (year, month, day) = (int.Parse(text.AsSpan(0, 4), CultureInfo.InvariantCulture), int.Parse(text.AsSpan(4, 2), CultureInfo.InvariantCulture), text[6..]);
        return year == 0 || month is < 1 or > 12
            ? $"{text[..4]}-{text[4..6]}-{day} is a day that does not exist, because the months are 01 to 12 (yyyyMMdd)"
            : $"{text[..4]}-{text[4..6]}-{day} is a day that does not exist: {text[..4]}-{text[4..6]} has the days 01 to {DateTime.DaysInMonth(year, month)}";
    }

    /// <summary>Parses <c>initial</c> or <c>yyyyMMdd</c> without throwing.</summary>
    /// <param name="text">The text.</param>
    /// <param name="period">The period where the text is valid.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out Period period)
    {
        period = default;
        if (text == "initial")
        {
            period = Initial;
            return true;
        }

        if (text is { Length: 8 } && text.All(char.IsAsciiDigit)
            && DateOnly.TryParseExact(text, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            period = new Period(text);
            return true;
        }

        return false;
    }

    /// <inheritdoc/>
    public int CompareTo(Period other) => (IsInitial, other.IsInitial) switch
    {
        (true, true) => 0,
        (true, false) => -1,
        (false, true) => 1,
        _ => string.CompareOrdinal(Value, other.Value),
    };

    /// <summary>Whether the left period comes before the right one.</summary>
    /// <param name="left">Left period.</param>
    /// <param name="right">Right period.</param>
    public static bool operator <(Period left, Period right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left period comes after the right one.</summary>
    /// <param name="left">Left period.</param>
    /// <param name="right">Right period.</param>
    public static bool operator >(Period left, Period right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left period is the right one or comes before it.</summary>
    /// <param name="left">Left period.</param>
    /// <param name="right">Right period.</param>
    public static bool operator <=(Period left, Period right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left period is the right one or comes after it.</summary>
    /// <param name="left">Left period.</param>
    /// <param name="right">Right period.</param>
    public static bool operator >=(Period left, Period right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => Value;
}
