using System.Globalization;
using MlOps.Evaluation.Drift;

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

    private static readonly (double Scale, double Offset, string Words)[] Units =
    [
        (10, 0, "10 times"), (100, 0, "100 times"), (1000, 0, "1,000 times"), (10_000, 0, "10,000 times"), (1_000_000, 0, "1,000,000 times"),
        (0.1, 0, "a tenth of"), (0.01, 0, "a hundredth of"), (0.001, 0, "a thousandth of"), (1e-4, 0, "a ten-thousandth of"), (1e-6, 0, "a millionth of"),
        (60, 0, "60 times"), (1 / 60.0, 0, "a 60th of"), (3600, 0, "3,600 times"), (1 / 3600.0, 0, "a 3,600th of"), (24, 0, "24 times"), (1 / 24.0, 0, "a 24th of"),
        (7, 0, "7 times"), (1 / 7.0, 0, "a seventh of"), (12, 0, "12 times"), (1 / 12.0, 0, "a twelfth of"), (365.25, 0, "365 times"), (1 / 365.25, 0, "a 365th of"),
        (2.20462, 0, "2.2 times (kilograms in pounds)"), (0.453592, 0, "0.45 times (pounds in kilograms)"),
        (2.54, 0, "2.54 times (inches in centimetres)"), (0.393701, 0, "0.39 times (centimetres in inches)"),
        (3.28084, 0, "3.28 times (metres in feet)"), (0.3048, 0, "0.30 times (feet in metres)"),
        (1.609344, 0, "1.61 times (miles in kilometres)"), (0.621371, 0, "0.62 times (kilometres in miles)"),
        (1.8, 32, "Celsius in Fahrenheit of"), (1 / 1.8, -32 / 1.8, "Fahrenheit in Celsius of"), (-1, 0, "with the sign changed,"),
    ];

    /// <summary>Looks at every column.</summary>
    /// <param name="reference">What the model learned from.</param>
    /// <param name="current">The same columns in the period.</param>
    public static IReadOnlyList<DataIncident> Find(IReadOnlyList<ColumnSample> reference, IReadOnlyList<ColumnSample> current)
    {
        var found = new List<DataIncident>();
        for (var i = 0; i < reference.Count; i++)
        {
            if ((Empty(reference[i], current[i]) ?? Stuck(reference[i], current[i]) ?? Unit(reference[i], current[i])) is { } incident)
            {
                found.Add(incident);
            }
        }

        return found;
    }

    private static DataIncident? Empty(ColumnSample reference, ColumnSample current) =>
        current.Rows == 0 && current.Missing >= ColumnSample.FewestValues && reference.Rows >= ColumnSample.FewestValues && reference.MissingShare < 0.5
            ? new("empty-column", reference.Name, $"'{reference.Name}' has no value in any of the {current.Missing} rows; {1 - reference.MissingShare:P0} of the training rows have one.")
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
            ? new("stuck-column", reference.Name, $"'{reference.Name}' is {Shorten(value)} in all {current.Rows} rows; the training rows have {counts.Count} different values, from row to row.")
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
        if (Distance(current.Numbers) < FarApart)
        {
            return null;
        }

        // Few rows are far from their own distribution by chance alone.
        var limit = Close + (1.5 * Math.Sqrt((bins.Count - 1) / (8 * current.Rows * Math.Log(2))));
        // A known unit explains more than a factor that was fitted to the data.
        var known = Units.MinBy(Converted);
        var unit = Converted(known) <= limit ? known : Ratio(reference, current);
        return Converted(unit) <= limit
            ? new("unit-change", reference.Name, $"'{reference.Name}' looks as if written in another unit: its values are {unit.Words} those of the training data, and alike once converted.")
            : null;

        double Converted((double Scale, double Offset, string Words) u) => Distance(Array.ConvertAll(current.Numbers, v => (v - u.Offset) / u.Scale));

        double Distance(double[] values) => DistributionDistance.JensenShannon(shares, DistributionDistance.Shares(bins.CountOf(values, out _)));
    }

    // A factor that is no known unit must be large to be taken for one: markets grow too.
    private static (double Scale, double Offset, string Words) Ratio(ColumnSample reference, ColumnSample current)
    {
        var ratio = Middle(current) / Middle(reference);
        return double.IsFinite(ratio) && ratio is >= 5 or (> 0 and <= 0.2)
            ? (ratio, 0, string.Create(CultureInfo.InvariantCulture, $"{ratio:G2} times"))
            : (1, 0, "");

        static double Middle(ColumnSample sample) => NumericBins.Quantile([.. sample.Numbers.Select(Math.Abs).Where(v => v > 0).DefaultIfEmpty(double.NaN).Order()], 0.5);
    }

    private static string? Only(ColumnSample sample) => sample.IsNumber
        ? sample.Numbers.All(v => v == sample.Numbers[0]) ? Spell(sample.Numbers[0]) : null
        : sample.Categories.Count == 1 ? sample.Categories.Keys.First() : null;

    private static string Spell(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Shorten(string text) => text.Length <= 40 ? $"'{text}'" : $"'{text[..40]}…'";
}
