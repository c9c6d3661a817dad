using System.Text;
using MlOps.Pipeline.Notifications;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>What is watched in a run, and who is told of it.</summary>
public sealed class WatchingTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task One_open_alert_is_not_repeated_and_a_real_shift_does_not_keep_models_from_being_trained_and_promoted()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always\nmodels: [random_forest, decision_tree, logistic_regression, naive_bayes]");
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.DropAsync("20201101", Shifted("20201101"));
        await system.DropAsync("20201201", Shifted("20201201"));
        var ledger = await system.SettledAsync("initial", "20201001", "20201101", "20201201");

        var runs = new Dictionary<string, Pipeline.Orchestrations.RunDocument>();
        foreach (var run in ledger.Runs)
        {
            runs[run.Period] = (await system.DocumentAsync(run.RunId))!;
        }

        Assert.False(runs["20201001"].Monitor!.HasDrift);
        Assert.Contains("DEBT", runs["20201101"].Monitor!.Drifted);
        Assert.Contains("DEBT", runs["20201201"].Monitor!.Drifted);
        Assert.All(runs.Values.Where(r => r.Period != "initial"), r => Assert.True(r.Promotion!.Promoted));
        Assert.All(runs.Values.Where(r => r.Period != "initial"), r => Assert.Equal(6, r.Leaderboard!.Entries.Count));

        var alerts = (await ArrivalSystem.NamesAsync(system.Account.Notifications)).Where(n => n.Contains(".alert", StringComparison.Ordinal)).ToList();
        var book = await system.Get<AlertBook>().ReadAsync(ArrivalSystem.Name);
        var debt = Assert.Single(book, a => (a.Kind, a.Subject) == ("drift", "DEBT"));
        Assert.Equal(("20201101", "20201201", null as string), (debt.OpenedIn, debt.LastSeenIn, debt.ClosedIn));
        Assert.Contains($"credit/{runs["20201101"].RunId}.alert.json", alerts);
        Assert.All(alerts.Where(a => !a.Contains(runs["20201101"].RunId, StringComparison.Ordinal)), a => Assert.DoesNotContain("DEBT", Encoding.UTF8.GetString(ArrivalSystem.ReadAsync(system.Account.Notifications, a).Result), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_is_promoted_on_broken_data_and_the_alert_names_the_cause()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always");
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.DropAsync("20201101", Changed("20201101", 3, _ => 50));
        await system.DropAsync("20201201");
        var ledger = await system.SettledAsync("initial", "20201001", "20201101", "20201201");

        var broken = (await system.DocumentAsync(ledger.Runs.Single(r => r.Period == "20201101").RunId))!;
        Assert.Equal(("stuck-column", "DEBT"), (broken.Monitor!.Incidents.Single().Kind, broken.Monitor.Incidents.Single().Column));
        Assert.False(broken.Promotion!.Promoted);
        var notice = await system.NoticeAsync(broken.RunId + ".alert");
        Assert.Contains("'DEBT' is '50' in all 200 rows", notice.Summary, StringComparison.Ordinal);

        // The month after is predicted by a model that has not learned from the broken one.
        var after = (await system.DocumentAsync(ledger.Runs.Single(r => r.Period == "20201201").RunId))!;
        Assert.Contains(after.Warnings, w => w.Code == "data-incident");
        Assert.True(after.Promotion!.Promoted);
        Assert.Equal("20201201", (await system.Get<AlertBook>().ReadAsync(ArrivalSystem.Name)).Single(a => a.Kind == "incident").ClosedIn);
    }

    private static byte[] Shifted(string period) => Changed(period, 3, debt => 60 + (debt * 0.8));

    private static byte[] Changed(string period, int column, Func<double, double> change)
    {
        var lines = Encoding.UTF8.GetString(SmallCase.File(period)).Split('\n');
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var cells = lines[i].Split(',');
            cells[column] = change(double.Parse(cells[column])).ToString("0.####");
            lines[i] = string.Join(',', cells);
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}
