using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Tabular;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>
/// Drift that does not cry wolf. The short form; <c>dotnet run -c Release --project tests/MlOps.Benchmarks -- drift</c> does 1,000
/// simulations of 500 to a million rows.
/// </summary>
public sealed class WatchingTests
{
    [Fact]
    public void Drift_does_not_cry_wolf()
    {
        var alarms = Enumerable.Range(0, 60).Count(seed => DriftSimulation.Run(seed, 1500, 500 + (100 * (seed % 5)), shifted: false).HasDrift);

        Assert.InRange(alarms, 0, 3);
    }

    [Fact]
    public void Planted_shifts_of_the_stated_size_are_found()
    {
        var found = Enumerable.Range(0, 60).Count(seed => DriftSimulation.Run(seed, 1500, 500 + (100 * (seed % 5)), shifted: true).FoundAll);

        Assert.InRange(found, 57, 60);
    }

    [Fact]
    public void A_drift_number_carries_its_method_bins_and_sample_sizes()
    {
        var drift = ColumnComparison.Compare(Sample(i => i % 97, 500), Sample(i => i % 89, 300), "number", 0.5);

        Assert.Contains("Kolmogorov-Smirnov", drift.Method, StringComparison.Ordinal);
        Assert.Equal((500, 300), (drift.Bins.Sum(b => b.Reference), drift.Bins.Sum(b => b.Current)));
        Assert.Equal((500, 300), (drift.ReferenceRows, drift.CurrentRows));
        Assert.Equal(drift.JensenShannon * 0.5, drift.Effect);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void A_method_that_does_not_fit_is_an_error_and_never_0(int rows)
    {
        var drift = ColumnComparison.Compare(Sample(i => i, 500), Sample(i => i, rows), "number", 1);

        Assert.Null(drift.PValue);
        Assert.Null(drift.Psi);
        Assert.Contains($"{rows} values", drift.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, "1,000 times")]
    [InlineData(0.01, "a hundredth")]
    [InlineData(0.453592, "pounds")]
    [InlineData(42, "42 times")]
    public void A_unit_change_is_a_data_incident_and_no_drift(double factor, string words)
    {
        var (reference, current) = (Sample(Weight, 800), Sample(i => factor * Weight(i + 5000), 300));

        var incident = Assert.Single(IncidentSearch.Find([reference], [current]));

        Assert.Equal("unit-change", incident.Kind);
        Assert.Contains(words, incident.Message, StringComparison.Ordinal);
        var (columns, _) = PeriodComparison.Judge(
            [ColumnComparison.Compare(reference, current, "number", 1)], new HashSet<string> { incident.Column }, new MonitorSettings());
        Assert.False(columns[0].Drifted);
        Assert.NotNull(columns[0].Problem);
    }

    // A share that sinks a little, such as an external score: in few rows chance alone takes it far, and then some unit or other comes near.
    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(120)]
    public void Few_rows_that_have_shifted_are_not_taken_for_rows_in_another_unit(int rows)
    {
        var random = new Random(rows);
        var reference = Sample(_ => random.NextDouble(), 200);

        var incidents = Enumerable.Range(0, 1000).Count(_ => IncidentSearch.Find([reference], [Sample(_ => Math.Pow(random.NextDouble(), 1.7), rows)]).Count > 0);

        Assert.InRange(incidents, 0, 1);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    public void Few_rows_in_another_unit_are_an_incident_all_the_same(int rows)
    {
        var random = new Random(rows);
        var reference = Sample(_ => 50 + (40 * random.NextDouble()), 200);

        Assert.Equal("unit-change", Assert.Single(IncidentSearch.Find([reference], [Sample(_ => 1000 * (50 + (40 * random.NextDouble())), rows)])).Kind);
    }

    [Theory]
    [InlineData(1.6, 0)]
    [InlineData(1, 25)]
    [InlineData(1, -60)]
    public void A_real_shift_is_drift_and_no_incident(double factor, double offset)
    {
        var (reference, current) = (Sample(Weight, 800), Sample(i => (factor * Weight(i + 5000)) + offset + (factor == 1 ? 0 : i % 40), 300));

        Assert.Empty(IncidentSearch.Find([reference], [current]));
        Assert.True(PeriodComparison.Judge([ColumnComparison.Compare(reference, current, "number", 1)], new HashSet<string>(), new MonitorSettings()).Columns[0].Drifted);
    }

    [Fact]
    public void A_stuck_column_is_a_data_incident()
    {
        var incident = Assert.Single(IncidentSearch.Find([Sample(Weight, 800)], [Sample(_ => 71.5, 300)]));

        Assert.Equal("stuck-column", incident.Kind);
        Assert.Contains("'71.5' in all 300 rows", incident.Message, StringComparison.Ordinal);
        Assert.Equal("empty-column", Assert.Single(IncidentSearch.Find([Sample(Weight, 800)], [Sample(_ => double.NaN, 300)])).Kind);
        Assert.Equal("stuck-column", Assert.Single(IncidentSearch.Find([Texts(i => "abc"[i % 3], 800)], [Texts(_ => 'b', 300)])).Kind);
    }

    [Fact]
    public void A_column_that_is_constant_within_each_month_or_that_most_rows_share_is_not_stuck()
    {
        Assert.Empty(IncidentSearch.Find([Sample(i => i / 100, 800)], [Sample(_ => 9, 300)]));
        Assert.Empty(IncidentSearch.Find([Sample(i => i % 10 == 0 ? 1 : 0, 800)], [Sample(_ => 0, 300)]));
        Assert.Empty(IncidentSearch.Find([Sample(Weight, 800)], [Sample(_ => 71.5, 1)]));
    }

    [Fact]
    public void A_column_whose_rows_mostly_share_a_value_is_not_taken_for_another_unit_when_they_no_longer_do()
    {
        Assert.Empty(IncidentSearch.Find([Sample(i => i % 20 == 0 ? i % 27 : 999, 800)], [Sample(i => i % 2 == 0 ? 3 + (i % 9) : 999, 300)]));
    }

    private static ColumnSample Sample(Func<int, double> value, int rows) =>
        ColumnSample.OfNumbers("WEIGHT", [.. Enumerable.Range(0, rows).Select(value)], [.. Enumerable.Range(0, rows)]);

    private static ColumnSample Texts(Func<int, char> value, int rows) => ColumnSample.Of(
        "KIND", false, TextColumn.FromTexts("KIND", Enumerable.Range(0, rows).Select(i => value(i).ToString())), [.. Enumerable.Range(0, rows)]);

    // Kilograms of grown people, different from row to row.
    private static double Weight(int row)
    {
        var random = new Random(row);
        return 75 + (14 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
    }
}
