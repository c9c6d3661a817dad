using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Notifications;

/// <summary>What people decide about alerts, and what it keeps quiet.</summary>
public sealed class AlertJudgementTests(AzuriteFixture azurite)
{
    private static readonly PipelineName Pipeline = PipelineName.Parse("p");
    private static readonly DateTimeOffset Now = new(2020, 11, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly MonitorAlert Age = new("drift", "AGE", 0.3, "AGE has drifted.");
    private static readonly MonitorAlert Debt = new("drift", "DEBT", 0.2, "DEBT has drifted.");

    [Fact]
    public async Task An_acknowledged_alert_is_quiet_until_it_is_gone_and_raised_again()
    {
        var (book, judgements, _, _) = await StartAsync();
        await book.EnterAsync(Pipeline, "r1", "20201001", [Age, Debt], []);
        await judgements.AcknowledgeAsync(Pipeline, "drift", "AGE", "aya", "a campaign for students");
        Assert.Equal(["DEBT"], await HeardAsync(judgements));

        await book.EnterAsync(Pipeline, "r2", "20201101", [Age], []);
        Assert.Empty(await HeardAsync(judgements));

        await book.EnterAsync(Pipeline, "r3", "20201201", [], []);
        await book.EnterAsync(Pipeline, "r4", "20210101", [Age], []);
        Assert.Equal(["AGE"], await HeardAsync(judgements));
    }

    [Fact]
    public async Task A_muted_alert_sends_no_notice_until_its_time_and_one_after_it()
    {
        var (book, judgements, services, time) = await StartAsync();
        await book.EnterAsync(Pipeline, "r1", "20201001", [Age], []);
        await judgements.MuteAsync(Pipeline, "drift", "AGE", Now.AddDays(30), "aya", "a campaign for students");
        await book.EnterAsync(Pipeline, "r2", "20201101", [], []);

        await TellAsync(services, "r3", "20201201", Now.AddDays(10), Age, Debt);
        await book.EnterAsync(Pipeline, "r4", "20210101", [], []);
        await TellAsync(services, "r5", "20210201", Now.AddDays(20), Age);
        await book.EnterAsync(Pipeline, "r6", "20210301", [], []);
        time.Now = Now.AddDays(40);
        await TellAsync(services, "r7", "20210401", time.Now, Age);

        var told = new Dictionary<string, string>();
        await foreach (var blob in services.GetRequiredService<StorageAccount>().Notifications.GetBlobsAsync())
        {
            told[blob.Name] = (await services.GetRequiredService<StorageAccount>().Notifications.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content.ToString();
        }

        Assert.Equal(["p/r3.alert.json", "p/r7.alert.json"], told.Keys.Order());
        Assert.DoesNotContain("AGE", told["p/r3.alert.json"], StringComparison.Ordinal);
        Assert.Contains("AGE", told["p/r7.alert.json"], StringComparison.Ordinal);
        Assert.Equal(["AGE"], await HeardAsync(judgements));
    }

    [Fact]
    public async Task The_same_decision_given_twice_stays_as_it_was_and_the_newest_counts()
    {
        var (book, judgements, _, time) = await StartAsync();
        await book.EnterAsync(Pipeline, "r1", "20201001", [Age], []);
        var first = await judgements.MuteAsync(Pipeline, "drift", "AGE", Now.AddDays(7), "aya", "known");
        time.Now = Now.AddHours(1);

        Assert.Equal(first, await judgements.MuteAsync(Pipeline, "drift", "AGE", Now.AddDays(7), "aya", "known"));
        var second = await judgements.AcknowledgeAsync(Pipeline, "drift", "AGE", "ben", "it stays so");
        Assert.Equal([second], await judgements.ReadAsync(Pipeline));
        await judgements.UnmuteAsync(Pipeline, "drift", "AGE");
        await judgements.UnmuteAsync(Pipeline, "drift", "AGE");
        Assert.Equal(["AGE"], await HeardAsync(judgements));
    }

    [Fact]
    public async Task A_decision_needs_an_alert_a_reason_and_an_end()
    {
        var (book, judgements, _, _) = await StartAsync();
        await book.EnterAsync(Pipeline, "r1", "20201001", [Age], []);

        var unknown = await Assert.ThrowsAsync<SteeringException>(() => judgements.AcknowledgeAsync(Pipeline, "drift", "AEG", "aya", "known"));
        Assert.EndsWith("There is: drift AGE.", unknown.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<SteeringException>(() => judgements.AcknowledgeAsync(Pipeline, "drift", "AGE", "aya", " "));
        await Assert.ThrowsAsync<SteeringException>(() => judgements.AcknowledgeAsync(Pipeline, "drift", "AGE", "aya", "two\nlines"));
        await Assert.ThrowsAsync<SteeringException>(() => judgements.MuteAsync(Pipeline, "drift", "AGE", Now, "aya", "known"));
        await Assert.ThrowsAsync<SteeringException>(() => judgements.MuteAsync(Pipeline, "drift", "AGE", Now.AddDays(400), "aya", "known"));
        await Assert.ThrowsAsync<SteeringException>(() => judgements.MuteAsync(Pipeline, "fairness", "AGE", Now.AddDays(4), "aya", "known"));
        Assert.Equal(["AGE"], await HeardAsync(judgements));
    }

    private async Task<(AlertBook Book, AlertJudgements Judgements, IServiceProvider Services, SetClock Time)> StartAsync()
    {
        var account = new StorageAccount(azurite.ConnectionString, azurite.NewPrefix() + "-");
        await account.EnsureContainersAsync();
        var time = new SetClock { Now = Now };
        var services = new ServiceCollection().AddLogging().AddSingleton<TimeProvider>(time).AddPipeline(account).BuildServiceProvider();
        return (services.GetRequiredService<AlertBook>(), services.GetRequiredService<AlertJudgements>(), services, time);
    }

    private static Task TellAsync(IServiceProvider services, string run, string period, DateTimeOffset asOf, params MonitorAlert[] found)
    {
        var drop = new PinnedDrop(period, $"p/{period}.csv", "etag", "sha", 1);
        return new AlertNotice(services.GetRequiredService<AlertBook>(), services.GetRequiredService<AlertJudgements>(), services.GetRequiredService<NoticeSender>())
            .TellAsync(Pipeline, run, drop, new Publication { RunId = run, Period = period, DropRevision = 1, Revision = 1, HistoryHash = "h", PredictionsSha256 = "p", AsOf = asOf }, found, [], CancellationToken.None);
    }

    private static async Task<IEnumerable<string>> HeardAsync(AlertJudgements judgements) =>
        (await judgements.JudgedAsync(Pipeline)).Where(a => a.Alert.ClosedIn is null && a.Quieted is null).Select(a => a.Alert.Subject);

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
