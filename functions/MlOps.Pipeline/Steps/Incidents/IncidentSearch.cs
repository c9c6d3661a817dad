using System.Globalization;
using MlOps.Evaluation.Drift;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Incidents;

/// <summary>
/// Faults of the data apart from drift: a column that stands still where it always varied from row to row, one without any value, one
/// whose numbers are those of the training data in another unit. The world does not do such things; files do.
/// </summary>
internal static class IncidentSearch
{
    // The chance that rows drawn from the training data would all be alike by themselves.
    private const double LogOfChance = -14;
    private const double FarApart = 0.4;
    private const double Close = 0.1;
    private const int FewestBins = 8;

    private static readonly UnitChange[] Units =
    [
        Times(10), Times(100), Times(1000), Times(10_000), Times(1_000_000), new(0.1, 0, Sentence.Of("unit-tenth")), new(0.01, 0, Sentence.Of("unit-hundredth")), new(0.001, 0, Sentence.Of("unit-thousandth")), Part(10_000), Part(1_000_000),
        Times(60), Part(60), Times(3600), Part(3600), Times(24), Part(24), Times(7), Part(7), Times(12), Part(12), new(365.25, 0, Sentence.Of("unit-times", ("times", 365))), new(1 / 365.25, 0, Sentence.Of("unit-part", ("part", 365))),
        new(2.20462, 0, Sentence.Of("unit-kilograms-in-pounds")), new(0.453592, 0, Sentence.Of("unit-pounds-in-kilograms")),
        new(2.54, 0, Sentence.Of("unit-inches-in-centimetres")), new(0.393701, 0, Sentence.Of("unit-centimetres-in-inches")),
        new(3.28084, 0, Sentence.Of("unit-metres-in-feet")), new(0.3048, 0, Sentence.Of("unit-feet-in-metres")),
        new(1.609344, 0, Sentence.Of("unit-miles-in-kilometres")), new(0.621371, 0, Sentence.Of("unit-kilometres-in-miles")),
        new(1.8, 32, Sentence.Of("unit-celsius-in-fahrenheit")), new(1 / 1.8, -32 / 1.8, Sentence.Of("unit-fahrenheit-in-celsius")), new(-1, 0, Sentence.Of("unit-sign")),
    ];

    /// <summary>What numbers become in another unit, and how that is said.</summary>
    private readonly record struct UnitChange(double Scale, double Offset, Sentence Words);

    /// <summary>Looks at every column.</summary>
    /// <param name="reference">What the model learned from.</param>
    /// <param name="current">The same columns in the period.</param>
    /// <param name="units">Whether numbers may come in another unit, as those that a program measures itself do not.</param>
    public static IReadOnlyList<DataIncident> Find(IReadOnlyList<ColumnSample> reference, IReadOnlyList<ColumnSample> current, bool units = true)
    {
        var found = new List<DataIncident>();
        for (var i = 0; i < reference.Count; i++)
        {
            if ((Empty(reference[i], current[i]) ?? Stuck(reference[i], current[i]) ?? (units ? Unit(reference[i], current[i]) : null)) is { } incident)
            {
                found.Add(incident);
            }
        }

        return found;
    }

    private static UnitChange Times(int times) => new(times, 0, Sentence.Of("unit-times", ("times", times.ToString("N0", CultureInfo.InvariantCulture))));

    private static UnitChange Part(int part) => new(1.0 / part, 0, Sentence.Of("unit-part", ("part", part.ToString("N0", CultureInfo.InvariantCulture))));

    private static DataIncident? Empty(ColumnSample reference, ColumnSample current) =>
        current.Rows == 0 && current.Missing >= ColumnSample.FewestValues && reference.Rows >= ColumnSample.FewestValues && reference.MissingShare < 0.5
            ? DataIncident.Of(reference.Name, Sentence.Of("empty-column", ("column", reference.Name), ("rows", current.Missing), ("share", FormattableString.Invariant($"{1 - reference.MissingShare:P0}"))))
            : null;

    private static DataIncident? Stuck(ColumnSample reference, ColumnSample current)
    {
        if (reference.Rows < ColumnSample.FewestValues || current.Rows < ColumnSample.FewestValues || Only(current) is not { } value)
        {
            return null;
        }

        var counts = reference.IsNumber
            ? reference.Numbers.CountBy(v => v).ToDictionary(p => Spell(p.Key), p => (long)p.Value, StringComparer.Ordinal)
            : reference.Categories;
        var most = counts.Values.Max() / (double)reference.Rows;
        var alike = counts.Values.Sum(n => n / (double)reference.Rows * (n / (double)reference.Rows));
        var expectedRuns = 1 + ((reference.Rows - 1) * (1 - alike));
        // Neither a value that most rows have anyway, nor a column that is the same for all rows of a day or a month.
        var isUsual = counts.GetValueOrDefault(value) >= 0.5 * reference.Rows;
        return counts.Count >= 2 && !isUsual && current.Rows * Math.Log(most) < LogOfChance && reference.Runs > 0.5 * expectedRuns
            ? DataIncident.Of(reference.Name, Sentence.Of("stuck-column", ("column", reference.Name), ("value", Shorten(value)), ("rows", current.Rows), ("values", counts.Count)))
            : null;
    }

    private static DataIncident? Unit(ColumnSample reference, ColumnSample current)
    {
        if (!reference.IsNumber || reference.Rows < ColumnSample.FewestValues || current.Rows < ColumnSample.FewestValues
            || reference.Numbers.Distinct().Take(10).Count() < 10 || current.Numbers.Distinct().Take(5).Count() < 5)
        {
            return null;
        }

        var bins = NumericBins.Deciles(reference.Numbers);
        // Where most rows share a value, such as a number that stands for "never", the rest says too little about a unit.
        if (bins.Count < FewestBins)
        {
            return null;
        }

        var shares = DistributionDistance.Shares(bins.CountOf(reference.Numbers, out _));
        // Few rows are far from their own distribution by chance alone: that much more they must be apart, and may be after the conversion.
        var chance = 1.5 * Math.Sqrt((bins.Count - 1) / (8 * current.Rows * Math.Log(2)));
        if (Distance(current.Numbers) < FarApart + chance)
        {
            return null;
        }

        var limit = Close + chance;
        // A known unit explains more than a factor that was fitted to the data.
        var known = Units.MinBy(Converted);
        var unit = Converted(known) <= limit ? known : Ratio(reference, current);
        return Converted(unit) <= limit
            ? DataIncident.Of(reference.Name, Sentence.Of("unit-change", ("column", reference.Name), ("change", unit.Words)))
            : null;

        double Converted(UnitChange u) => Distance(Array.ConvertAll(current.Numbers, v => (v - u.Offset) / u.Scale));

        double Distance(double[] values) => DistributionDistance.JensenShannon(shares, DistributionDistance.Shares(bins.CountOf(values, out _)));
    }

    // A factor that is no known unit must be large to be taken for one: markets grow too.
    private static UnitChange Ratio(ColumnSample reference, ColumnSample current)
    {
        var ratio = Middle(current) / Middle(reference);
        return double.IsFinite(ratio) && ratio is >= 5 or (> 0 and <= 0.2)
            ? new(ratio, 0, Sentence.Of("unit-times", ("times", ratio.ToString("G2", CultureInfo.InvariantCulture))))
            : new(1, 0, Sentence.Of("unit-times", ("times", 1)));

        static double Middle(ColumnSample sample) => NumericBins.Quantile([.. sample.Numbers.Select(Math.Abs).Where(v => v > 0).DefaultIfEmpty(double.NaN).Order()], 0.5);
    }

    private static string? Only(ColumnSample sample) => sample.IsNumber
        ? sample.Numbers.All(v => v == sample.Numbers[0]) ? Spell(sample.Numbers[0]) : null
        : sample.Categories.Count == 1 ? sample.Categories.Keys.First() : null;

    private static string Spell(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Shorten(string text) => text.Length <= 40 ? $"'{text}'" : $"'{text[..40]}…'";
}
