namespace MlOps.Tabular;

/// <summary>What the texts of a column look like, where they are numbers or dates that the reader does not take as such by itself.</summary>
/// <param name="Numbers">The notation of its numbers; <see langword="null"/> where they are none.</param>
/// <param name="Dates">The order of its dates; <see langword="null"/> where they are none.</param>
/// <param name="Certain">Whether no other reading gives other values; otherwise this is only the first of the readings.</param>
/// <param name="Other">Another reading of numbers that fits as well but gives other values.</param>
/// <param name="OtherDates">Another order of dates that fits as well.</param>
/// <param name="Example">A text of the column that shows it.</param>
/// <param name="Misfits">Cells that are not of this form.</param>
/// <param name="Unit">The unit that its numbers are written with, such as <c>kg</c> or <c>$</c>; <see langword="null"/> for none.</param>
public sealed record WrittenForm(
    NumberNotation? Numbers, DateOrder? Dates, bool Certain, NumberNotation? Other, DateOrder? OtherDates, string Example, long Misfits, string? Unit = null);

/// <summary>Recognises numbers in other notations than the plain one, and dates, by what no other reading explains.</summary>
public static class NotationSearch
{
    private const double NearlyAll = 0.95;
    private const int FewestCells = 20;

    // In order of preference where several give the same values.
    private static readonly NumberNotation[] Notations =
    [
        new('.'), new(','), new('.', ','), new(',', '.'), new('.', ' '), new(',', ' '), new('.', '\''), new(',', '\''),
    ];

    /// <summary>What nearly all texts of the column are; <see langword="null"/> where they are ordinary texts, or plain numbers.</summary>
    /// <param name="column">A column of texts.</param>
    /// <param name="usual">How the file's numbers are written, which the reader has tried; <see langword="null"/> for plainly.</param>
    public static WrittenForm? Find(TextColumn column, NumberNotation? usual = null)
    {
        ArgumentNullException.ThrowIfNull(column);
        var counts = new long[column.Categories.Count];
        foreach (var code in column.Codes)
        {
            if (code >= 0)
            {
                counts[code]++;
            }
        }

        return Find(column.Categories, counts, usual);
    }

    /// <summary>What nearly all of the texts are.</summary>
    /// <param name="texts">Different texts.</param>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="usual">How the file's numbers are written; <see langword="null"/> for plainly.</param>
    public static WrittenForm? Find(IReadOnlyList<string> texts, IReadOnlyList<long> counts, NumberNotation? usual = null)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(counts);
        var total = counts.Sum();
        // Most columns of texts are words; a look at some of them is enough to know it.
        var probe = Math.Min(texts.Count, 50);
        if (total == 0 || Enumerable.Range(0, probe).Count(i => texts[i].AsSpan().ContainsAnyInRange('0', '9')) < probe / 2.0)
        {
            return null;
        }

        return Dates(texts, counts, total) ?? Times(texts, counts, total) ?? Numbers(texts, counts, total, usual ?? NumberNotation.Plain);
    }

    /// <summary>The units that numbers are written with, and the first text of each; two spellings of a unit are one.</summary>
    /// <param name="texts">Different texts of a column.</param>
    /// <param name="notation">How its numbers are written.</param>
    public static IReadOnlyDictionary<string, string> Units(IEnumerable<string> texts, NumberNotation notation)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(notation);
        var units = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            if (notation.TryParse(text, out var value, out var sign) && value != 0 && NumberNotation.UnitOf(sign) is { Length: > 0 } unit)
            {
                units.TryAdd(unit, text);
            }
        }

        return units;
    }

    private static bool IsNearlyAll(long fitting, long total) => fitting == total || (total >= FewestCells && fitting >= NearlyAll * total);

    private static WrittenForm? Dates(IReadOnlyList<string> texts, IReadOnlyList<long> counts, long total)
    {
        var readings = Enum.GetValues<DateOrder>().Select(order => (Order: order, Fitting: Fitting(t => !double.IsNaN(DateText.Seconds(t, order))))).OrderByDescending(r => r.Fitting).ToArray();
        var (best, second) = (readings[0], readings[1]);
        if (!IsNearlyAll(best.Fitting, total))
        {
            return null;
        }

        var example = texts.First(t => !double.IsNaN(DateText.Seconds(t, best.Order)));
        var certain = !IsNearlyAll(second.Fitting, total) || (best.Fitting == total && second.Fitting < total)
            || texts.All(t => DateText.Seconds(t, best.Order).Equals(DateText.Seconds(t, second.Order)));
        return new WrittenForm(null, best.Order, certain, null, certain ? null : second.Order, example, total - best.Fitting);

        long Fitting(Func<string, bool> fits) => Count(texts, counts, fits);
    }

    private static WrittenForm? Times(IReadOnlyList<string> texts, IReadOnlyList<long> counts, long total)
    {
        var fitting = Count(texts, counts, t => ClockText.TryParse(t, out _));
        return IsNearlyAll(fitting, total)
            ? new WrittenForm(new NumberNotation(Signs: false, Times: true), null, true, null, null, texts.First(t => ClockText.TryParse(t, out _)), total - fitting)
            : null;
    }

    private static long Count(IReadOnlyList<string> texts, IReadOnlyList<long> counts, Func<string, bool> fits)
    {
        long fitting = 0;
        for (var i = 0; i < texts.Count; i++)
        {
            fitting += fits(texts[i]) ? counts[i] : 0;
        }

        return fitting;
    }

    private static WrittenForm? Numbers(IReadOnlyList<string> texts, IReadOnlyList<long> counts, long total, NumberNotation usual)
    {
        var readings = Notations.Select(n => Read(n, texts, counts)).ToArray();
        var most = readings.Max(r => r.Fitting);
        if (!IsNearlyAll(most, total))
        {
            return null;
        }

        // In a file with a decimal comma 1.234 is more than a thousand.
        var fitting = readings.Where(r => r.Fitting == most).ToArray();
        fitting = usual.Decimal == ',' && Array.Exists(fitting, r => r.Notation.Decimal == ',') ? [.. fitting.Where(r => r.Notation.Decimal == ',')] : fitting;
        var best = fitting[0];
        if (!texts.Where((t, i) => !double.IsNaN(best.Values[i]) && !IsUsual(t)).Any())
        {
            return null; // numbers as they are usual, with a few other cells
        }

        var other = fitting.Skip(1).FirstOrDefault(r => !r.Values.AsSpan().SequenceEqual(best.Values));
        if (other.Values is not null && best is { OneUnit: true, IsMoney: true })
        {
            // Money has two decimals or none: three digits behind the mark are a group of thousands, which is the greater reading.
            best = fitting.MaxBy(r => r.Values.Where(double.IsFinite).Sum(Math.Abs));
            other = default;
        }

        var shown = texts.Where((t, i) => !double.IsNaN(best.Values[i]) && !IsUsual(t));
        var example = other.Values is null ? shown.First() : texts.Where((_, i) => !best.Values[i].Equals(other.Values[i])).First();
        return new WrittenForm(
            best.Notation, null, other.Notation is null && best.OneUnit, other.Notation, null, example, total - most, Units(texts, best.Notation).Keys.FirstOrDefault());

        // The reader takes plain numbers alone for such: (5.00) is none.
        bool IsUsual(string text) => usual == NumberNotation.Plain ? NumberNotation.TryParsePlain(text, out _) : usual.TryParse(text, out _);
    }

    private static (NumberNotation Notation, double[] Values, long Fitting, bool OneUnit, bool IsMoney) Read(NumberNotation notation, IReadOnlyList<string> texts, IReadOnlyList<long> counts)
    {
        var values = new double[texts.Count];
        var units = new HashSet<string>(StringComparer.Ordinal);
        long fitting = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (notation.TryParse(texts[i], out values[i], out var unit))
            {
                fitting += counts[i];
                if (values[i] != 0)
                {
                    units.Add(unit);
                }
            }
        }

        // Dollars beside euros, or shares beside percent, are not one quantity.
        var percent = units.Contains("%") || units.Contains("％");
        return (notation, values, fitting, percent ? units.Count == 1 : units.Count(u => u.Length > 0) <= 1, units.Count == 1 && NumberNotation.IsCurrency(units.First()));
    }
}
