namespace MlOps.Tabular;

/// <summary>
/// Whether texts of numbers are one number that programs write in their own ways (<c>1</c>, <c>1.0</c>), or names that only look like numbers: a version
/// <c>1.10</c> is not <c>1.1</c>, and nobody who writes <c>100000</c> as a number writes it as <c>1e5</c> in the next row.
/// </summary>
public static class NumberSpelling
{
    /// <summary>
    /// The number as a program without fractions would write it: a fraction of zeros is left out (<c>1.0</c> is <c>1</c>), <c>.5</c> is <c>0.5</c>, and
    /// minus zero zero. All else stays as it is written: <c>1.10</c>, <c>1e5</c>.
    /// </summary>
    /// <param name="text">The cell.</param>
    /// <returns><see langword="null"/> where the text is no number in plain notation.</returns>
    public static string? Canonical(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        if (!NumberNotation.TryParsePlain(trimmed, out _))
        {
            return null;
        }

        if (trimmed.AsSpan().IndexOfAny('e', 'E') >= 0)
        {
            return trimmed;
        }

        var negative = trimmed[0] == '-';
        var digits = trimmed.TrimStart('-', '+');
        var point = digits.IndexOf('.', StringComparison.Ordinal);
        var (whole, fraction) = point < 0 ? (digits, "") : (digits[..point], digits[(point + 1)..]);
        whole = whole.Length == 0 ? "0" : whole;
        var number = fraction.AsSpan().TrimEnd('0').IsEmpty ? whole : $"{whole}.{fraction}";
        return negative && number != "0" ? "-" + number : number;
    }

    /// <summary>
    /// Two texts of one number that no program writes side by side, so that the column holds names: <c>1.1</c> and <c>1.10</c>, <c>1e5</c> and
    /// <c>100000</c>, <c>1.0</c> and <c>1.00</c>.
    /// </summary>
    /// <param name="texts">Different texts of a column.</param>
    /// <returns>The first such pair in the order of the texts; <see langword="null"/> where there is none.</returns>
    public static (string First, string Second)? Clash(IEnumerable<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var first = new Dictionary<double, string>();
        var zeros = new Dictionary<double, string>();
        foreach (var text in texts.Select(t => t.Trim()))
        {
            if (Canonical(text) is not { } canonical || !NumberNotation.TryParsePlain(text, out var value))
            {
                continue;
            }

            value += 0.0; // minus zero is zero
            if (first.TryGetValue(value, out var other) && Canonical(other) != canonical)
            {
                return (other, text);
            }

            first.TryAdd(value, text);
            if (text.EndsWith('0') && text.Contains('.', StringComparison.Ordinal) && !canonical.Contains('.', StringComparison.Ordinal)
                && !zeros.TryAdd(value, text) && zeros[value].TrimStart('-', '+') != text.TrimStart('-', '+'))
            {
                return (zeros[value], text);
            }
        }

        return null;
    }
}
