using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Monitor;

namespace MlOps.Pipeline.Tests.Notifications;

public sealed class AlertBookTests
{
    [Fact]
    public void An_open_alert_is_told_with_its_latest_measurement_and_since_when()
    {
        var raised = AlertBook.Enter([], "r1", "20201001", [Found("PSI 0.9")], []);
        var still = AlertBook.Enter(raised, "r2", "20201101", [Found("PSI 0.2")], []);

        Assert.Equal("20201001 drift: PSI 0.9", Assert.Single(raised).Tell().ToString());
        Assert.Equal("20201101 drift, open since 20201001: PSI 0.2", Assert.Single(still).Tell().ToString());
        Assert.Equal("PSI 0.9", Assert.Single(still).Cause);
    }

    [Fact]
    public void Figures_of_the_period_that_raised_an_alert_are_not_told_under_a_later_date()
    {
        // As an earlier version of the program has kept it: seen in November, with October's figures.
        var kept = new TrackedAlert("drift", "AGE", "20201001", "r1", "20201101", null, "PSI 0.9");

        Assert.Equal("20201001 drift: PSI 0.9", kept.Tell().ToString());
    }

    [Fact]
    public void A_period_without_labels_says_nothing_of_performance_and_closes_no_alert_on_it()
    {
        var raised = AlertBook.Enter([], "r1", "20201001", [new MonitorAlert("performance", "AUC", 1, "AUC came out at 0.6.")], []);
        var silent = AlertBook.Enter(raised, "r2", "20201101", [], ["performance"]);
        var measured = AlertBook.Enter(silent, "r3", "20201201", [], []);

        Assert.Null(Assert.Single(silent).ClosedIn);
        Assert.Equal("20201201", Assert.Single(measured).ClosedIn);
    }

    private static MonitorAlert Found(string cause) => new("drift", "AGE", 0.3, cause);
}
