using System.Text.Json;
using MlOps.EndToEnd.Tests.Alerts;
using MlOps.EndToEnd.Tests.Arrival;
using MlOps.Pipeline.Drops;

namespace MlOps.EndToEnd.Tests.Hosting;

/// <summary>What the published worker sends to Application Insights is what the alerts ask for.</summary>
[Collection(PublishedAppCollection.Name)]
public sealed class WorkerTelemetryTests(PublishedApp published)
{
    [Fact]
    public async Task A_run_that_fails_in_the_worker_fires_the_alert_by_what_the_exporter_sends()
    {
        await using var ingestion = await Ingestion.StartAsync();
        await using var hosted = await HostedSystem.StartAsync(published, more: new Dictionary<string, string> { ["APPLICATIONINSIGHTS_CONNECTION_STRING"] = ingestion.ConnectionString });
        await hosted.Account.Definitions.GetBlobClient(ArrivalSystem.Pipeline + ".yaml").DeleteAsync(cancellationToken: TestContext.Current.CancellationToken);
        await hosted.DropAsync("initial");

        List<Dictionary<string, object?>> failed = [];
        for (var look = 0; look < 600 && failed.Count == 0; look++)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            failed = KustoQuery.Run(File.ReadAllText(AlertFiles.Query("failed-run")), new Dictionary<string, List<Dictionary<string, object?>>> { ["AppTraces"] = ingestion.AppTraces }, DateTime.UtcNow);
        }

        var row = Assert.Single(failed);
        Assert.Equal(("credit", "initial", "definition"), (row["pipeline"], row["period"], row["step"]));
        var run = Assert.Single((await new LedgerStore(hosted.Account).ReadAsync(ArrivalSystem.Name)).Runs);
        Assert.Equal(run.RunId, row["id"]);

        // The names that the other alerts ask for come the same way.
        Assert.Contains(ingestion.AppTraces, trace => ((JsonElement)trace["Properties"]!).TryGetProperty("EventName", out var name) && name.GetString() == "run.stage");
    }
}
