using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Each run ends in one notice, a CloudEvents 1.0 document, in the container and at every webhook.</summary>
public sealed class NotificationTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_webhook_gets_one_cloud_event_a_run_even_if_it_fails_at_first()
    {
        await using var webhook = await Webhook.StartAsync(failures: 2);
        await using var system = await ArrivalSystem.StartAsync(azurite, webhook: webhook.Address);
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        var ledger = await system.SettledAsync("initial", "20201001");

        Assert.Equal(2, webhook.Taken.Count);
        Assert.Equal(
            ledger.Runs.Select(r => r.RunId).Order(StringComparer.Ordinal),
            webhook.Taken.Select(e => e.GetProperty("id").GetString()!).Order(StringComparer.Ordinal));
        foreach (var notice in webhook.Taken)
        {
            Assert.Equal("1.0", notice.GetProperty("specversion").GetString());
            Assert.Equal("/mlops/credit", notice.GetProperty("source").GetString());
            Assert.Equal("MlOps.RunSucceeded", notice.GetProperty("type").GetString());
            Assert.Equal("application/json", notice.GetProperty("datacontenttype").GetString());
            Assert.True(notice.GetProperty("time").GetDateTimeOffset() > DateTimeOffset.UnixEpoch);
            Assert.NotEmpty(notice.GetProperty("data").GetProperty("summary").GetString()!);
        }

        Assert.All(webhook.ContentTypes, t => Assert.Equal("application/cloudevents+json; charset=utf-8", t));
        Assert.DoesNotContain(system.Log.All, l => l.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_notice_that_could_not_be_delivered_is_sent_by_the_sweep_once()
    {
        await using var webhook = await Webhook.StartAsync();
        await using var system = await ArrivalSystem.StartAsync(azurite, webhook: webhook.Address);
        webhook.FailTimes(int.MaxValue);
        await system.DropAsync("initial");
        var ledger = await system.UntilAsync(l => l.Runs is [{ State: RunState.Succeeded }], "the history is accepted");
        await system.UntilAsync(_ => webhook.ContentTypes.Count > 0, "a delivery was tried");
        Assert.Empty(webhook.Taken);

        webhook.FailTimes(0);
        await system.Client.WaitForInstanceCompletionAsync(ledger.Runs[0].RunId);
        await system.Get<Sweep>().RunAsync();
        await system.Get<Sweep>().RunAsync();

        Assert.Equal(ledger.Runs[0].RunId, Assert.Single(webhook.Taken).GetProperty("id").GetString());
    }
}
