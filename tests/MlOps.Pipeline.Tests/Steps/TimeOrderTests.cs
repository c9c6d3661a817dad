using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Tabular;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>The periods that a time column makes of a file.</summary>
public sealed class TimeOrderTests
{
    [Theory]
    [InlineData(TimeUnit.Month, "2020-12 2021-01 2021-03")]
    [InlineData(TimeUnit.Quarter, "2020-Q4 2021-Q1")]
    [InlineData(TimeUnit.Year, "2020 2021")]
    [InlineData(TimeUnit.Week, "2020-12-28 2021-01-04 2021-03-01")]
    [InlineData(TimeUnit.Day, "2020-12-31 2021-01-03 2021-01-04 2021-03-07")]
    public void Dates_make_calendar_periods_in_order_whatever_the_order_of_the_rows(TimeUnit unit, string names)
    {
        var dates = Dates("2021-01-04", "2020-12-31", "2021-03-07", "2021-01-03");

        var order = TimeOrder.Of(dates, new TimeSettings("T", unit));

        Assert.Equal(names.Split(' '), order.Names);
        Assert.Equal([1, 3, 0, 2], order.Rows);
        Assert.Equal([0, order.Names.Count - 1], new[] { order.PeriodOfRow[1], order.PeriodOfRow[2] });
    }

    [Fact]
    public void Unless_it_is_said_a_period_is_the_longest_of_month_week_and_day_that_makes_six()
    {
        static TimeUnit Unit(int days) => TimeOrder.Of(
            Dates([.. Enumerable.Range(0, days).Select(d => new DateOnly(2021, 1, 4).AddDays(d).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture))]), new TimeSettings("T")).Unit;

        Assert.Equal(TimeUnit.Month, Unit(170));
        Assert.Equal(TimeUnit.Week, Unit(60));
        Assert.Equal(TimeUnit.Day, Unit(20));
    }

    [Fact]
    public void Numbers_and_texts_make_a_period_of_each_value_and_rows_without_one_come_first()
    {
        var numbers = TimeOrder.Of(new NumberColumn("T", [202012, 202101, double.NaN, 202012]), new TimeSettings("T"));
        Assert.Equal(["202012", "202101"], numbers.Names);
        Assert.Equal([2, 0, 3, 1], numbers.Rows);
        Assert.Equal([0, 1, 0, 0], numbers.PeriodOfRow);

        var texts = TimeOrder.Of(Texts("2021-Q2", "2020-Q4", "2021-Q1"), new TimeSettings("T"));
        Assert.Equal(["2020-Q4", "2021-Q1", "2021-Q2"], texts.Names);
        Assert.Equal([1, 2, 0], texts.Rows);
    }

    [Fact]
    public void Of_many_values_as_many_rows_as_others_make_a_period_and_equal_values_stay_together()
    {
        double[] seconds = [.. Enumerable.Range(0, 1200).Select(i => Math.Floor(i / 3.0))];

        var order = TimeOrder.Of(new NumberColumn("T", seconds), new TimeSettings("T"));

        Assert.Equal(12, order.Names.Count);
        Assert.All(order.PeriodOfRow.GroupBy(p => p), g => Assert.InRange(g.Count(), 97, 103));
        Assert.All(seconds.Index().GroupBy(s => s.Item), g => Assert.Single(g.Select(s => order.PeriodOfRow[s.Index]).Distinct()));
        Assert.Equal(order.PeriodOfRow.Order(), order.PeriodOfRow);
    }

    private static Column Dates(params string[] days) =>
        CsvFile.ReadTable(new MemoryStream(System.Text.Encoding.UTF8.GetBytes("T,X\n" + string.Concat(days.Select(d => d + ",1\n")))), new CsvReadOptions { Kinds = new Dictionary<string, ColumnKind> { ["T"] = ColumnKind.Date } }).Table["T"];

    private static Column Texts(params string[] values) =>
        CsvFile.ReadTable(new MemoryStream(System.Text.Encoding.UTF8.GetBytes("T,X\n" + string.Concat(values.Select(d => d + ",1\n"))))).Table["T"];
}
