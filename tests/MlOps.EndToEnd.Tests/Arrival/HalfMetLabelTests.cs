using System.Globalization;
using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>Late labels of which some lost what makes their id, as a spreadsheet takes leading zeros away.</summary>
public sealed class HalfMetLabelTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("zeros", "Only 30 of the 60 labels of 20240101 meet one of the 60 rows", "'1000' against '001000'")]
    [InlineData("none", null, null)]
    public async Task Labels_whose_ids_nearly_are_those_of_rows_are_told_also_where_half_of_them_meet(string lost, string? said, string? pair)
    {
        await using var system = await ArrivalSystem.StartAsync(
            azurite, definition: "label: T\nid: ID\nmodel: {num_leaves: 7, num_iterations: 20, min_data_in_leaf: 5}\n", limit: TimeSpan.FromMinutes(3));
        await system.DropAsync("initial", Csv(0, 400, id => $"{id:000000}", labelled: true));
        await system.DropAsync("20240101", Csv(1000, 60, id => $"{id:000000}", labelled: false));
        await system.SettledAsync("initial", "20240101");
        await system.DropAsync("20240101", Csv(1000, 60, id => lost == "zeros" && id % 2 == 0 ? $"{id}" : $"{id:000000}", labelled: true));
        var ledger = await system.UntilAsync(l => l.Runs.Count(r => r.Period == "20240101" && r.State == RunState.Succeeded) == 2, "the labels are measured");

        var run = (await system.DocumentAsync(ledger.Runs.Last(r => r.Period == "20240101" && r.State == RunState.Succeeded).RunId))!;

        var told = run.Warnings.SingleOrDefault(w => w.Code == "labels-meet-few");
        Assert.Equal(said is null, told is null);
        Assert.Contains(said ?? "", told?.Message ?? "", StringComparison.Ordinal);
        Assert.Contains(pair ?? "", told?.Message ?? "", StringComparison.Ordinal);
    }

    private static byte[] Csv(int first, int rows, Func<int, string> id, bool labelled)
    {
        var text = new StringBuilder(labelled ? "ID,X,T\n" : "ID,X\n");
        for (var i = 0; i < rows; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{id(first + i)},{i * 37 % 101}{(labelled ? $",{(i * 7 % 10 < 4 ? 1 : 0)}" : "")}\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
