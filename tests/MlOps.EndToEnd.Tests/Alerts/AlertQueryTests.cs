using MlOps.Pipeline.Steps.Incidents;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>Each alert fires where it should and stays quiet where it should, over what the program really writes.</summary>
public sealed class AlertQueryTests(AzuriteFixture azurite)
{
    private static readonly DateTime Noon = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    private static readonly DateTimeOffset NoonUtc = new(Noon);

    private static readonly RunDocument Run = new()
    {
        RunId = "credit-20201101-1", Pipeline = "credit", Period = "20201101", File = "credit/20201101.csv", ETag = "0x1", State = RunState.Succeeded,
        StartedAt = NoonUtc.AddMinutes(-3), EndedAt = NoonUtc, Rows = 200, Monitor = new MonitorResult(false, [], 20, [], [], new Dictionary<string, double>()),
    };

    [Fact]
    public async Task Lines_of_real_runs_wake_somebody_for_the_failed_one_alone_and_for_one_that_falls_silent()
    {
        using var logs = new ForwardedLogs(Noon);
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false, definition: null, logs: logs.Provider);
        await ReceiveAsync(system, "initial");
        await system.SettledAsync("initial");
        var failed = Assert.Single(logs.Ask("failed-run"));
        Assert.Equal(("credit", "initial", "definition"), (failed["pipeline"], failed["period"], failed["step"]));
        Assert.Contains("definitions/credit.yaml", (string)failed["cause"]!, StringComparison.Ordinal);

        logs.Now = Noon.AddHours(1);
        await system.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition));
        await system.Get<Sweep>().RunAsync();
        await ReceiveAsync(system, "20201001");
        await system.SettledAsync("initial", "20201001");
        string[] runAlerts = ["failed-run", "silent-run", "dead-letters", "missing-period", "performance-fell", "drift-high", "promotion-refused"];
        Assert.All(runAlerts, alert => Assert.Empty(logs.Ask(alert)));
        logs.Now = Noon.AddHours(8);
        Assert.Empty(logs.Ask("silent-run"));

        // The same lines without their ends: a process that died with its run.
        var ends = logs.Tables["AppTraces"].RemoveAll(row => ((JsonElement)row["Properties"]!).TryGetProperty("EventName", out var name) && name.GetString() == "run.ended" && (DateTime)row["TimeGenerated"]! > Noon);
        Assert.Equal(2, ends);
        Assert.Equal(2, logs.Ask("silent-run").Count);
        logs.Now = Noon.AddHours(2.9);
        Assert.Empty(logs.Ask("silent-run"));
    }

    [Fact]
    public async Task A_period_that_is_a_day_late_is_told_by_the_sweep()
    {
        using var logs = new ForwardedLogs(Noon);
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false, logs: logs.Provider);
        foreach (var period in (string[])["initial", "20201001", "20201101"])
        {
            await ReceiveAsync(system, period);
        }

        await system.SettledAsync("initial", "20201001", "20201101");
        await SweepAtAsync(TimeSpan.FromDays(30.9));
        Assert.Empty(logs.Ask("missing-period"));
        await SweepAtAsync(TimeSpan.FromDays(31.1));
        var missing = Assert.Single(logs.Ask("missing-period"));
        Assert.Equal(("credit", "20201201"), (missing["pipeline"], missing["period"]));
        logs.Now = logs.Now.AddHours(2);
        Assert.Empty(logs.Ask("missing-period"));

        async Task SweepAtAsync(TimeSpan later)
        {
            var clock = new Clock(DateTimeOffset.UtcNow + later);
            await ActivatorUtilities.CreateInstance<Sweep>(system.Get<IServiceProvider>(), clock).RunAsync();
        }
    }

    [Fact]
    public void A_file_that_was_put_aside_is_a_dead_letter_and_an_ordinary_failure_is_none()
    {
        using var logs = new ForwardedLogs(Noon);
        RunLog.WriteEnded(logs.Logger, Run with { State = RunState.Failed, FailedStep = "train", Cause = "Memory: a warning was not enough" }, 0);
        RunLog.WriteEnded(logs.Logger, Run with { RunId = "r2", State = RunState.Rejected, RejectedFile = "credit/20201101.0x1.csv" }, 0);
        Assert.Empty(logs.Ask("dead-letters"));
        RunLog.WriteEnded(logs.Logger, Run with { RunId = "r3", State = RunState.Failed, FailedStep = "train", Cause = "Memory", RejectedFile = "credit/dead-letter/20201101.0x1.csv" }, 0);
        var letter = Assert.Single(logs.Ask("dead-letters"));
        Assert.Equal(("r3", "credit/dead-letter/20201101.0x1.csv"), (letter["id"], letter["file"]));
        Assert.Equal(2, logs.Ask("failed-run").Count);

        // An error stays one although its text speaks of a warning.
        Assert.Equal(3L, logs.Traces[0]["SeverityLevel"]);
        Assert.Contains(logs.Ask("failed-run"), row => (string)row["cause"]! == "Memory: a warning was not enough");
        logs.Now = Noon.AddMinutes(16);
        Assert.Empty(logs.Ask("failed-run"));
    }

    [Theory]
    [InlineData(RunState.Succeeded)]
    [InlineData(RunState.Rejected)]
    [InlineData(RunState.Superseded)]
    [InlineData(RunState.Duplicate)]
    [InlineData(RunState.Unchanged)]
    [InlineData(RunState.Cancelled)]
    public void A_run_that_ends_as_it_may_wakes_nobody(RunState state)
    {
        using var logs = new ForwardedLogs(Noon);
        RunLog.WriteStage(logs.Logger, Run, "admit");
        RunLog.WriteEnded(logs.Logger, Run with { State = state }, 0);
        logs.Now = Noon.AddMinutes(10);
        Assert.All(AlertFiles.All.Where(a => a.QueryFile is not null), alert => Assert.Empty(logs.Ask(alert.Name)));
    }

    [Fact]
    public void A_run_that_the_platform_lost_fails_only_where_nothing_takes_over_and_is_not_silent()
    {
        using var logs = new ForwardedLogs(Noon);
        var lost = new LedgerRun { RunId = Run.RunId, Period = Run.Period, ETag = Run.ETag };
        RunLog.WriteStage(logs.Logger, Run, "train");
        RunLog.WriteLost(logs.Logger, ArrivalSystem.Name, lost, "another");
        Assert.Empty(logs.Ask("failed-run"));
        logs.Now = Noon.AddHours(3);
        Assert.Empty(logs.Ask("silent-run"));
        RunLog.WriteLost(logs.Logger, ArrivalSystem.Name, lost, null);
        Assert.Single(logs.Ask("failed-run"));
    }

    [Theory]
    [InlineData("performance-fell", true)]
    [InlineData("estimate-fell", true)]
    [InlineData("expected-measured", false)]
    public void A_period_that_fell_short_of_what_was_promised_fires(string code, bool fires)
    {
        using var logs = new ForwardedLogs(Noon);
        RunLog.WriteEnded(logs.Logger, Run with { Warnings = [new Finding(code, 0, 0, null, "AUC came out at 0.6.")] }, 0);
        Assert.Equal(fires, logs.Ask("performance-fell").Count == 1);
    }

    [Theory]
    [InlineData(0, 20, 0, false)]
    [InlineData(4, 20, 0, false)]
    [InlineData(5, 120, 0, true)]
    [InlineData(2, 8, 0, true)]
    [InlineData(0, 0, 0, false)]
    [InlineData(0, 20, 1, true)]
    public void Drift_is_high_from_five_columns_or_a_quarter_or_where_data_are_at_fault(int drifted, int columns, int incidents, bool fires)
    {
        using var logs = new ForwardedLogs(Noon);
        var monitor = Run.Monitor! with
        {
            Columns = columns,
            Drifted = [.. Enumerable.Range(0, drifted).Select(i => $"C{i}")],
            Incidents = [.. Enumerable.Range(0, incidents).Select(i => new DataIncident("stuck", $"C{i}", "one value only"))],
        };
        RunLog.WriteEnded(logs.Logger, Run with { Monitor = monitor }, 0);
        Assert.Equal(fires, logs.Ask("drift-high").Count == 1);
    }

    [Fact]
    public void Three_periods_in_a_row_without_a_promotion_are_told_and_a_move_by_hand_ends_the_row()
    {
        var aliases = Aliases.None.With(Decided("20200901", "m0", null, "m0"));
        Assert.Equal(0, RefusalsAfter(aliases, "20200901", promoted: true));
        foreach (var (period, expected, fires) in ((string, int, bool)[])[("20201001", 1, false), ("20201101", 2, false), ("20201201", 3, true)])
        {
            // Twice, as for a period that is restated.
            aliases = aliases.With(Decided(period, "m0", "m0", "x" + period)).With(Decided(period, "m0", "m0", "y" + period));
            Assert.Equal(expected, RefusalsAfter(aliases, period, promoted: false));
            using var logs = new ForwardedLogs(Noon);
            RunLog.WriteEnded(logs.Logger, Run with { Period = period }, RefusalsAfter(aliases, period, promoted: false));
            Assert.Equal(fires, logs.Ask("promotion-refused").Count == 1);
        }

        aliases = aliases.With(new Release(NoonUtc, "20201201", "m1", "m0", null, "hand", "moved by hand", null)).With(Decided("20210101", "m1", "m1", "z"));
        Assert.Equal(1, RefusalsAfter(aliases, "20210101", promoted: false));
        Assert.Equal(0, RefusalsAfter(aliases, "20210101", promoted: false, PromoteRule.Manual));
    }

    [Fact]
    public void The_api_is_told_of_when_it_fails_or_is_slow_and_not_for_a_caller_s_mistakes_health_or_uploads()
    {
        using var logs = new ForwardedLogs(Noon);
        logs.Answered("/api/pipelines", 200, 40, times: 100);
        logs.Answered("/api/pipelines/none", 404, 20, times: 60);
        logs.Answered("/api/health/ready", 503, 9000, times: 60);
        logs.Answered("/api/pipelines/credit/drops/20201101.csv", 201, 90_000, times: 60);
        logs.Answered("/api/runs", 500, 40, times: 4);
        Assert.Empty(logs.Ask("api-errors"));
        Assert.Empty(logs.Ask("api-latency"));
        logs.Answered("/api/runs", 500, 2500, times: 12);
        var errors = Assert.Single(logs.Ask("api-errors"));
        Assert.Equal(("func-x", 16L), (errors["AppRoleName"], errors["errors"]));
        Assert.Single(logs.Ask("api-latency"));
        logs.Now = Noon.AddMinutes(20);
        Assert.Empty(logs.Ask("api-errors"));
        Assert.Empty(logs.Ask("api-latency"));
    }

    [Theory]
    [InlineData("delivery-failures", 5, 6)]
    [InlineData("undelivered-events", 0, 1)]
    [InlineData("dropped-events", 0, 1)]
    public void What_event_grid_counts_is_told_above_its_bound(string name, long quiet, long fires)
    {
        var alert = Assert.Single(AlertFiles.All, a => a.Name == name);
        Assert.False(quiet > alert.Above);
        Assert.True(fires > alert.Above);
        Assert.Contains("timeAggregation: 'Total'\n            operator: 'GreaterThan'\n            threshold: alert.above", AlertFiles.Bicep, StringComparison.Ordinal);

        // https://learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-eventgrid-systemtopics-metrics
        Assert.Contains(alert.Metric, (string?[])["AdvancedFilterEvaluationCount", "DeadLetteredCount", "DeliveryAttemptFailCount", "DeliverySuccessCount", "DestinationProcessingDurationInMs", "DroppedEventCount", "MatchedEventCount", "PublishFailCount", "PublishSuccessCount", "PublishSuccessLatencyInMs", "UnmatchedEventCount"]);
    }

    private static int RefusalsAfter(Aliases aliases, string period, bool promoted, PromoteRule rule = PromoteRule.Better) =>
        RunLog.Refusals(aliases, Run with { Period = period, Promotion = new PromoteResult("m", promoted, promoted ? null : "m0", "", "", "", new CompareResult(promoted, "", rule, "auc", 1, 0, 0, 0, 0, 0, 0, 0)) });

    private static Release Decided(string period, string champion, string? previous, string challenger) => new(NoonUtc, period, champion, previous, challenger, "run", "", "k");

    private static async Task ReceiveAsync(ArrivalSystem system, string period)
    {
        var etag = await system.DropAsync(period);
        await system.Receiver.ReceiveAsync(system.EventOf(period, etag));
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
