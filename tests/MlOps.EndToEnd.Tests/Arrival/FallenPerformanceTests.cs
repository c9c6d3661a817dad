using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>A period whose labels turn out otherwise than its model had promised, without a column that has moved.</summary>
public sealed class FallenPerformanceTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_period_that_comes_out_far_worse_than_promised_is_the_first_alert_and_stays_open_until_a_measured_one_is_fine()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        string[] months = ["20210101", "20210201", "20210301", "20210401", "20210501"];
        await system.DropAsync("initial");
        await system.DropAsync(months[0]);
        await system.DropAsync(months[1]);
        await system.SettledAsync("initial", months[0], months[1]);
        Assert.Empty(await AlertsAsync(system));

        // Nothing but the label has changed: it says the contrary of what it said.
        await system.DropAsync(months[2], Contrary(SmallCase.File(months[2])));
        var ledger = await system.SettledAsync(["initial", .. months[..3]]);
        var run = ledger.Runs.Single(r => r.Period == months[2]);
        var alert = Assert.Single(await AlertsAsync(system));
        Assert.Equal(("performance", "Log loss", months[2], null), (alert.Kind, alert.Subject, alert.OpenedIn, alert.ClosedIn));
        var document = (await system.DocumentAsync(run.RunId))!;
        Assert.Equal("performance-fell", document.Warnings[0].Code);
        var manifest = await system.ManifestAsync(months[2]);
        Assert.Contains($"200 labelled rows", alert.Cause, StringComparison.Ordinal);
        Assert.Contains(manifest.ModelVersion, alert.Cause, StringComparison.Ordinal);
        Assert.Contains("the last 2 measured periods", alert.Cause, StringComparison.Ordinal);
        var notice = (await ArrivalSystem.NamesAsync(system.Account.Notifications, $"credit/{run.RunId}")).Where(n => n.Contains("alert", StringComparison.Ordinal));
        Assert.Contains("Log loss of 20210301 came out at", Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(system.Account.Notifications, Assert.Single(notice))), StringComparison.Ordinal);
        var report = Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(system.Account.Output, $"credit/pred_{months[2]}.report.html"));
        Assert.InRange(report.IndexOf("Log loss of 20210301 came out at", StringComparison.Ordinal), 0, report.IndexOf("<table", StringComparison.Ordinal));

        // A month without labels says nothing of it; one with labels that turns out as usual ends it.
        await system.DropAsync(months[3], SmallCase.File(months[3], labelled: false));
        await system.SettledAsync(["initial", .. months[..4]]);
        Assert.Null(Assert.Single(await AlertsAsync(system), a => a.Kind == "performance").ClosedIn);
        await system.DropAsync(months[4]);
        await system.SettledAsync(["initial", .. months]);
        Assert.Equal(months[4], Assert.Single(await AlertsAsync(system), a => a.Kind == "performance").ClosedIn);
    }

    private static Task<IReadOnlyList<TrackedAlert>> AlertsAsync(ArrivalSystem system) => system.Get<AlertBook>().ReadAsync(ArrivalSystem.Name);

    private static byte[] Contrary(byte[] file)
    {
        var lines = Encoding.UTF8.GetString(file).Split('\n');
        return Encoding.UTF8.GetBytes(string.Join('\n', lines.Select((line, i) => i > 0 && line.Split(',', 3) is [var id, var label, var rest] ? $"{id},{(label == "1" ? 0 : 1)},{rest}" : line)));
    }
}
