using System.Text;
using MlOps.Pipeline.Orchestrations;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>When a model is trained again: on drift, on new labels, on a schedule, or never; otherwise the champion predicts and the run says why.</summary>
public sealed class RetrainTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task On_drift_a_month_trains_only_where_it_has_drifted_and_never_on_broken_data()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\npromote: always\nretrain: drift");
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        await system.DropAsync("20201101", SmallCase.File("20201101", seed: 7));
        await system.DropAsync("20201201", Changed("20201201", debt => 60 + (debt * 0.8)));
        await system.DropAsync("20210101", Changed("20210101", _ => 50));
        var runs = await RunsAsync(system, "20201001", "20201101", "20201201", "20210101");

        Assert.Equal("trained: there is no champion yet", runs[0].Training);
        Assert.Equal("not trained: the definition trains on drift, and there is no such reason", runs[1].Training);
        Assert.Matches("^trained: .*DEBT.* drifted from what the champion learned$", runs[2].Training);
        Assert.StartsWith("not trained: the period's data have an incident", runs[3].Training, StringComparison.Ordinal);
        Assert.Equal(runs[0].ModelVersion, runs[1].ModelVersion);
        Assert.DoesNotContain(runs[1].Steps, s => s.Name is "train" or "evaluate" or "compare");
        Assert.Equal(runs[2].ModelVersion, runs[3].ModelVersion);
        Assert.NotEqual(runs[1].ModelVersion, runs[2].ModelVersion);

        // A month without a training is predicted, reported and reproducible like every other.
        Assert.Equal(3, runs[1].Outputs.Count);
        Assert.Contains("No model was trained in this period", Encoding.UTF8.GetString(await ArrivalSystem.ReadAsync(system.Account.Output, "credit/pred_20201101.report.html")), StringComparison.Ordinal);
        var again = await system.Get<Reproducer>().RunAsync(ArrivalSystem.Name, MlOps.Storage.RunId.Parse(runs[1].RunId));
        Assert.True(again.IsSame, again.Difference);
    }

    [Fact]
    public async Task On_labels_or_by_schedule_a_month_trains_where_there_is_something_new_or_it_is_due()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\nretrain: {on: [labels], schedule: '0 0 1 1 *'}");
        await system.DropAsync("initial");
        await system.DropAsync("20201001", SmallCase.File("20201001", labelled: false));
        await system.DropAsync("20201101");
        await system.DropAsync("20201201", SmallCase.File("20201201", labelled: false));
        await system.DropAsync("20210101", SmallCase.File("20210101", labelled: false));
        await system.DropAsync("20210201", SmallCase.File("20210201", labelled: false));
        var runs = await RunsAsync(system, "20201001", "20201101", "20201201", "20210101", "20210201");

        Assert.Equal("trained: there is no champion yet", runs[0].Training);
        Assert.StartsWith("not trained: ", runs[1].Training, StringComparison.Ordinal);
        Assert.Equal("trained: the labels of 20201101 are new since the last training in 20201001", runs[2].Training);
        Assert.Equal("trained: the schedule '0 0 1 1 *' asks for it on 2021-01-01, after the last training in 20201201", runs[3].Training);
        Assert.Equal("not trained: the definition trains on new labels or on the schedule '0 0 1 1 *', and there is no such reason", runs[4].Training);
    }

    [Fact]
    public async Task Never_means_that_the_first_model_predicts_for_good()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: SmallCase.Definition + "\nretrain: never");
        foreach (var period in SmallCase.Months.Prepend("initial"))
        {
            await system.DropAsync(period);
        }

        var runs = await RunsAsync(system, SmallCase.Months);
        Assert.Single(runs.Select(r => r.ModelVersion).Distinct());
        Assert.Equal(["trained: there is no champion yet", "not trained: the definition never trains again", "not trained: the definition never trains again"], runs.Select(r => r.Training));
    }

    private static async Task<RunDocument[]> RunsAsync(ArrivalSystem system, params string[] periods)
    {
        var ledger = await system.SettledAsync(["initial", .. periods]);
        return await Task.WhenAll(periods.Select(async p => (await system.DocumentAsync(ledger.Published(p)!.RunId))!));
    }

    private static byte[] Changed(string period, Func<double, double> debt)
    {
        var lines = Encoding.UTF8.GetString(SmallCase.File(period)).Split('\n');
        for (var i = 1; i < lines.Length - 1; i++)
        {
            var cells = lines[i].Split(',');
            cells[3] = debt(double.Parse(cells[3])).ToString("0.####");
            lines[i] = string.Join(',', cells);
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}
