using System.Globalization;
using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>What a run says of a category is said of the model that predicts, which may be an earlier one than the run's own.</summary>
public sealed class UnseenCategoryTests(AzuriteFixture azurite)
{
    private const string Definition = "label: T\nid: ID\npromote: manual\nmodel: {num_leaves: 7, num_iterations: 20, min_data_in_leaf: 5}\n";

    [Fact]
    public async Task A_category_that_only_the_champion_never_saw_is_told()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite, definition: Definition, limit: TimeSpan.FromMinutes(3));
        await system.DropAsync("initial", Csv(0, 400, "ABC", labelled: true));
        await system.DropAsync("20240101", Csv(1000, 40, "ABC", labelled: false));
        await system.SettledAsync("initial", "20240101");
        await system.DropAsync("20240201", Csv(2000, 200, "ABCZ", labelled: true));
        await system.SettledAsync("20240201");
        await system.DropAsync("20240301", Csv(3000, 40, "ABCZ", labelled: false));
        var ledger = await system.SettledAsync("20240301");

        var run = (await system.DocumentAsync(ledger.Runs.Last(r => r.Period == "20240301").RunId))!;

        Assert.Equal(RunState.Succeeded, run.State);
        Assert.False(run.Promotion!.Promoted);
        // The run's own model has learned Z from February; the champion has not.
        Assert.Contains("'Z' (10)", Assert.Single(run.Warnings, w => w.Said?.Code == "unseen-category").Message, StringComparison.Ordinal);
    }

    private static byte[] Csv(int first, int rows, string kinds, bool labelled)
    {
        var text = new StringBuilder(labelled ? "ID,KIND,X,T\n" : "ID,KIND,X\n");
        for (var i = 0; i < rows; i++)
        {
            var label = (i * 7 % 10 < (i % kinds.Length == 0 ? 8 : 3)) ? 1 : 0;
            text.Append(CultureInfo.InvariantCulture, $"{first + i},{kinds[i % kinds.Length]},{i * 37 % 101}{(labelled ? $",{label}" : "")}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
