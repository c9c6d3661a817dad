using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using MlOps.Pipeline.Orchestrations;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>One trace from the event to the notification.</summary>
public sealed class TraceTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task One_trace_id_is_in_the_event_the_orchestration_every_step_the_manifest_and_the_notification()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == RunTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false, definition: SmallCase.Definition + "\ntune: {trials: 2, wave: 2}\n");
        await ReceiveAsync(system, "initial", null);
        const string traceId = "0af7651916cd43dd8448eb211c80319c", parent = $"00-{traceId}-b7ad6b7169203331-01";
        await ReceiveAsync(system, "20201001", parent);
        await system.SettledAsync("initial", "20201001");

        var manifest = await system.ManifestAsync("20201001");
        var instance = (await system.Client.GetInstanceAsync(manifest.RunId, getInputsAndOutputs: true))!;
        using var notice = JsonDocument.Parse(await ArrivalSystem.ReadAsync(system.Account.Notifications, $"credit/{manifest.RunId}.json"));
        var document = (await system.DocumentAsync(manifest.RunId))!;
        var all = spans.Where(s => s.TraceId.ToString() == traceId).ToList();
        var received = Assert.Single(all, s => s.DisplayName == "receive BlobCreated");
        var mine = all.Where(s => s != received).ToList();

        Assert.Contains(traceId, instance.SerializedInput!, StringComparison.Ordinal);
        Assert.Equal(parent, manifest.TraceParent);
        Assert.Equal(parent, document.TraceParent);
        Assert.Equal(parent, notice.RootElement.GetProperty("traceparent").GetString());
        var run = Assert.Single(mine, s => s.DisplayName == "run credit");
        Assert.Equal("b7ad6b7169203331", run.ParentSpanId.ToString());
        Assert.Equal("b7ad6b7169203331", received.ParentSpanId.ToString());
        Assert.Equal("Microsoft.Storage.BlobCreated", received.GetTagItem("cloudevents.event_type"));
        Assert.NotEmpty((string)received.GetTagItem("cloudevents.event_id")!);
        Assert.Equal(manifest.RunId, run.GetTagItem("faas.invocation_id"));
        Assert.Equal(document.Steps.Select(s => "step " + s.Name).Order(StringComparer.Ordinal), mine.Where(s => s.DisplayName.StartsWith("step ", StringComparison.Ordinal)).Select(s => s.DisplayName).Order(StringComparer.Ordinal));
        Assert.Equal(2, mine.Count(s => s.DisplayName.StartsWith("trial ", StringComparison.Ordinal)));
        Assert.All(mine.Where(s => s != run), s => Assert.Equal(run.SpanId, s.ParentSpanId));
        Assert.All(mine, s => Assert.InRange(s.StartTimeUtc, document.StartedAt.UtcDateTime.AddSeconds(-1), document.EndedAt!.Value.UtcDateTime.AddSeconds(1)));
    }

    [Fact]
    public async Task The_trace_is_in_no_step_and_changes_no_key()
    {
        var keys = new List<string[]>();
        foreach (var parent in new[] { null, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" })
        {
            await using var system = await ArrivalSystem.StartAsync(azurite, withEvents: false);
            await ReceiveAsync(system, "initial", parent);
            await ReceiveAsync(system, "20201001", parent);
            await system.SettledAsync("initial", "20201001");
            keys.Add([.. (await system.ManifestAsync("20201001")).Steps.Select(s => s.Key)]);
            foreach (var name in (await ArrivalSystem.NamesAsync(system.Account.Artifacts, "credit/steps/")).Where(n => n.EndsWith(".json", StringComparison.Ordinal)))
            {
                Assert.DoesNotContain("0af7651916cd43dd", System.Text.Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(system.Account.Artifacts, name)), StringComparison.Ordinal);
            }
        }

        Assert.Equal(keys[0], keys[1]);
    }

    private static async Task ReceiveAsync(ArrivalSystem system, string period, string? traceParent)
    {
        var etag = await system.DropAsync(period);
        await system.Receiver.ReceiveAsync(system.EventOf(period, etag) with { TraceParent = traceParent });
    }
}
