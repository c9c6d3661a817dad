using MlOps.Pipeline.Drops;

namespace MlOps.Pipeline.Tests.Drops;

public sealed class ExpectedPeriodTests
{
    private static readonly DateTimeOffset Loaded = new(2026, 1, 31, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("20201001,20201101", "20201201", 30)]
    [InlineData("20210101,20210201,20210301", "20210401", 31)]
    [InlineData("20201031,20201130,20201231", "20210131", 31)]
    [InlineData("20200131,20200229", "20200331", 31)]
    [InlineData("20200101,20200401,20200701", "20201001", 92)]
    [InlineData("20201001,20201201", "20210201", 62)]
    [InlineData("20260105,20260112,20260119", "20260126", 7)]
    [InlineData("20260101,20260102,20260105", "20260108", 3)]
    [InlineData("20260101,20260601,20260602,20260603,20260604", "20260605", 1)]
    public void The_next_period_follows_from_the_last_distances_and_the_newest_arrival(string periods, string next, int days)
    {
        var ledger = Ledger(periods.Split(','));
        var due = Loaded.AddDays(days + 1);
        Assert.Null(ExpectedPeriod.Overdue(ledger, due));
        var overdue = ExpectedPeriod.Overdue(ledger, due.AddMinutes(1));
        Assert.Equal((next, due), (overdue!.Period.Value, overdue.ExpectedBy));
    }

    [Theory]
    [InlineData("initial")]
    [InlineData("initial,20201001")]
    public void Without_a_distance_nothing_is_expected(string periods) =>
        Assert.Null(ExpectedPeriod.Overdue(Ledger(periods.Split(',')), Loaded.AddYears(10)));

    [Theory]
    [InlineData("20251201,20260101,99991231", "20260201")]
    [InlineData("20251231,20260131,29991231", "20260228")]
    [InlineData("20260105,20260112,21000101", "20260119")]
    public void A_day_that_lies_years_ahead_is_no_measure_of_what_comes_next(string periods, string next) =>
        Assert.Equal(next, ExpectedPeriod.Overdue(Ledger(periods.Split(',')), Loaded.AddYears(1))!.Period.Value);

    [Theory]
    [InlineData("99981231,99991231")]
    [InlineData("99991130,99991231")]
    [InlineData("99991201,99991230")]
    [InlineData("99991230,99991231")]
    public void Beyond_the_last_day_that_there_is_nothing_is_expected(string periods)
    {
        var ledger = Ledger(periods.Split(','));
        var then = new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);
        ledger = ledger with { Drops = [.. ledger.Drops.Select(d => d with { AdmittedAt = then })] };

        Assert.Null(ExpectedPeriod.Overdue(ledger, then.AddDays(360)));
    }

    [Fact]
    public void Labels_that_come_late_do_not_move_the_arrival_of_their_period()
    {
        var ledger = Ledger(["20201001", "20201101"]);
        ledger = ledger with { Drops = [.. ledger.Drops, ledger.Drops[^1] with { Revision = 2, AdmittedAt = Loaded.AddDays(20) }] };
        Assert.NotNull(ExpectedPeriod.Overdue(ledger, Loaded.AddDays(31.5)));
    }

    private static Ledger Ledger(string[] periods) => new()
    {
        Pipeline = "credit",
        Drops = [.. periods.Select(p => new LedgerDrop { Period = p, BlobName = $"credit/{p}.csv", ETags = ["0x1"], Sha256 = p, Revision = 1, AdmittedAt = Loaded })],
    };
}
