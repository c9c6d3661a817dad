using MlOps.Storage;
using MlOps.Pipeline.Drops;

namespace MlOps.Pipeline.Tests.Drops;

public sealed class DayAndTimeTests
{
    [Theory]
    [InlineData("20210229", "2021-02-29 is a day that does not exist: 2021-02 has the days 01 to 28")]
    [InlineData("20211301", "2021-13-01 is a day that does not exist, because the months are 01 to 12 (yyyyMMdd)")]
    [InlineData("2021022", null)]
    [InlineData("january", null)]
    public void Eight_digits_that_are_no_day_are_told_as_a_day_that_does_not_exist(string text, string? expected)
    {
        Assert.Equal(expected, Period.MissingDay(text));
        Assert.False(DropName.TryParse($"credit/{text}.csv", out _, out _, out var problem));
        Assert.Contains(expected ?? "The name of a drop is initial.csv", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-28T15:26:30", "2026-11-28T15:26:30Z")]
    [InlineData("2026-11-28T15:26:30Z", "2026-11-28T15:26:30Z")]
    [InlineData("2026-11-28T15:26:30+09:00", "2026-11-28T06:26:30Z")]
    [InlineData("2026-11-28 15:26", "2026-11-28T15:26:00Z")]
    [InlineData("2026-11-28", "2026-11-28T00:00:00Z")]
    [InlineData("01/12/2026", null)]
    [InlineData("28 Nov 2026", null)]
    [InlineData("2026-02-30", null)]
    public void A_time_is_ISO_alone_and_without_a_zone_UTC(string text, string? utc)
    {
        Assert.Equal(utc is not null, IsoTime.TryParse(text, out var time));
        Assert.Equal(utc ?? "0001-01-01T00:00:00Z", time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ"));
    }

    [Theory]
    [InlineData("20201001.0x8D8F00AB.csv", "20201001")]
    [InlineData("initial.0x8D8F00AB (1).csv", "initial")]
    [InlineData("20201001.0x8D8F00AB.errors.json", null)]
    [InlineData("20201001.final.csv", null)]
    public void The_name_under_which_a_refused_file_is_kept_is_that_of_its_period(string file, string? period)
    {
        Assert.Equal(period is not null, DropName.TryParseKept(file, out var found));
        Assert.Equal(period ?? "", found.Value);
    }
}
