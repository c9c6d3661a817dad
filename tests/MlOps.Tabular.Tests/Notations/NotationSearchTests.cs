namespace MlOps.Tabular.Tests.Notations;

/// <summary>Numbers and dates in other notations, by what is written in them.</summary>
public sealed class NotationSearchTests
{
    /// <summary>Texts, whether only one reading explains them, and the numbers that they mean.</summary>
    public static TheoryData<string[], bool, double[]> Numbers => new()
    {
        { ["(5.00)", "12.50", "(7.25)"], true, [-5, 12.5, -7.25] },
        { ["5.00-", "12.50", "1,007.25-"], true, [-5, 12.5, -1007.25] },
        { ["₹1,23,456.78", "₹12,34,56,789", "₹999.50", "₹4,254.00"], true, [123456.78, 123456789, 999.5, 4254] },
        { ["¥4,254", "¥854", "¥31,000"], true, [4254, 854, 31000] },
        { ["4.254 €", "1.000 €"], true, [4254, 1000] },
        { ["$4,254", "$1,000.50"], true, [4254, 1000.5] },
        { ["4,254", "1,000"], false, [] },
        { ["12.5 kg", "3 kg", "0.75kg"], true, [12.5, 3, 0.75] },
        { ["90 km/h", "50 km/h"], true, [90, 50] },
        { ["21,5 °C", "-3,0 °C"], true, [21.5, -3] },
        { ["1.5K", "12K"], true, [1500, 12000] },
        { ["1.5K", "2M"], false, [] },
        { ["5 kg", "5 g"], false, [] },
    };

    [Theory]
    [InlineData("2024-W01", "2024-01-01")]
    [InlineData("2020-W53", "2020-12-28")]
    [InlineData("2021W017", "2021-01-10")]
    [InlineData("2021-W01-7", "2021-01-10")]
    [InlineData("2024Q1", "2024-01-01")]
    [InlineData("2023-Q4", "2023-10-01")]
    [InlineData("Q2 2024", "2024-04-01")]
    public void A_week_and_a_quarter_are_their_day(string text, string day) =>
        Assert.Equal((DateTime.Parse(day, System.Globalization.CultureInfo.InvariantCulture) - DateTime.UnixEpoch).TotalSeconds, DateText.Seconds(text, DateOrder.YearFirst));

    [Theory]
    [InlineData("2021-W53")]
    [InlineData("2024-W00")]
    [InlineData("2024Q5")]
    [InlineData("1234Q1")]
    [InlineData("QQ 2024")]
    public void What_is_no_week_or_quarter_is_no_date(string text) => Assert.True(double.IsNaN(DateText.Seconds(text, DateOrder.YearFirst)));

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Numbers_are_read_as_what_only_one_reading_makes_of_them(string[] texts, bool certain, double[] numbers)
    {
        var form = NotationSearch.Find(TextColumn.FromTexts("c", texts));

        Assert.Equal(certain, form!.Certain);
        Assert.Equal(numbers, certain ? texts.Select(t => form.Numbers!.TryParse(t, out var value) ? value : double.NaN) : []);
    }

    [Theory]
    [InlineData("M12", "M8")]
    [InlineData("A 5", "B 7")]
    [InlineData("5th", "6th")]
    [InlineData("415-", "12-")]
    [InlineData("1,23,45", "1,2,345")]
    [InlineData("-5.00-", "(5.00-)")]
    [InlineData("1,234,56,789.00", "123,45,678.00")]
    public void Codes_with_digits_are_no_numbers(params string[] texts) => Assert.Null(NotationSearch.Find(TextColumn.FromTexts("c", texts)));

    [Theory]
    [InlineData("2024-03", 1709251200)] // date -u -d 2024-03-01 +%s
    [InlineData("2024/03", 1709251200)]
    [InlineData("Mar 2024", 1709251200)]
    [InlineData("20240331", 1711843200)] // date -u -d 2024-03-31 +%s
    [InlineData("2024-13", double.NaN)]
    [InlineData("1234-05", double.NaN)]
    public void A_month_is_its_first_day(string text, double seconds) => Assert.Equal(seconds, DateText.Seconds(text, DateOrder.YearFirst));

    [Fact]
    public void Whole_numbers_are_days_where_every_one_of_them_is_in_the_calendar()
    {
        double[] days = [.. Enumerable.Range(0, 400).Select(i => DateOnly.FromDayNumber(new DateOnly(2023, 12, 1).DayNumber + i)).Select(d => (double)((d.Year * 10000) + (d.Month * 100) + d.Day))];

        Assert.Equal("20231201", CompactDates.Find(new NumberColumn("c", days)));
        Assert.Null(CompactDates.Find(new NumberColumn("c", [.. days, 20230229]))); // no leap year
        Assert.Null(CompactDates.Find(new NumberColumn("c", days[..9]))); // too few to tell
        Assert.Equal("20231201", CompactDates.Find(new NumberColumn("c", [.. days, double.NaN])));
    }

    [Theory]
    [InlineData("1.0", "1")]
    [InlineData("-0.0", "0")]
    [InlineData(".5", "0.5")]
    [InlineData("1.10", "1.10")]
    [InlineData("1e5", "1e5")]
    [InlineData("007", null)]
    [InlineData("abc", null)]
    public void One_number_has_one_spelling_where_only_a_fraction_of_zeros_differs(string text, string? canonical) => Assert.Equal(canonical, NumberSpelling.Canonical(text));

    [Theory]
    [InlineData(true, "1.1", "1.10")]
    [InlineData(true, "1e5", "2", "100000")]
    [InlineData(true, "1.0", "1.00")]
    [InlineData(false, "1", "1.0", "2.0")]
    [InlineData(false, "1.50", "2.50", "1.25")]
    [InlineData(false, "0", "-0.0")]
    public void Two_spellings_of_one_number_clash_where_no_program_writes_both(bool clash, params string[] texts) => Assert.Equal(clash, NumberSpelling.Clash(texts) is not null);
}
