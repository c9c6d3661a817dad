using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace MlOps.Tabular.Tests.Notations;

public sealed class ClockTextTests
{
    [Fact]
    public void A_time_as_computers_write_it_is_the_minutes_since_midnight() =>
        Prop.ForAll(Gen.Choose(0, 86_399).ToArbitrary(), second =>
        {
            var time = TimeOnly.MinValue.Add(TimeSpan.FromSeconds(second));
            string[] forms = ["H:mm:ss", "HH:mm:ss", "h:mm:ss tt", "hh:mm:sstt"];
            return Array.TrueForAll(forms, form =>
                ClockText.TryParse(time.ToString(form, CultureInfo.InvariantCulture), out var minutes) && Math.Abs(minutes - time.ToTimeSpan().TotalMinutes) < 1e-9);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("0:00", 0)]
    [InlineData("24:00", 1440)]
    [InlineData(" 9:05 ", 545)]
    [InlineData("12:10 a.m.", 10)]
    [InlineData("12:10 PM", 730)]
    [InlineData("102:15", 6135)]
    [InlineData("1:00:30.5", 60.508333333333333)]
    public void A_time_or_a_duration_is_read(string text, double minutes)
    {
        Assert.True(ClockText.TryParse(text, out var read));
        Assert.Equal(minutes, read, 12);
    }

    [Theory]
    [InlineData("2:1")]
    [InlineData("12:75")]
    [InlineData("13:00 pm")]
    [InlineData("0:10 am")]
    [InlineData("-1:30")]
    [InlineData("1:00:60")]
    [InlineData("1:00:5")]
    [InlineData("1:000")]
    [InlineData("1:00:30.")]
    [InlineData("1234:00")]
    [InlineData("a:00")]
    [InlineData("1:30 Uhr")]
    [InlineData("")]
    public void What_is_no_time_is_none(string text) => Assert.False(ClockText.TryParse(text, out _));

    [Fact]
    public void A_column_of_times_is_recognised_and_a_column_of_scores_is_not()
    {
        var times = NotationSearch.Find(["13:45", "7:05", "23:59"], [1, 1, 1]);

        Assert.True(times is { Certain: true, Example: "13:45", Numbers.Times: true });
        Assert.Null(NotationSearch.Find(["2:1", "0:0", "3:2"], [5, 5, 5]));
    }
}
