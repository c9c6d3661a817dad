using System.Text;
using MlOps.Pipeline.Drops;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

public sealed class SmallFileTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_period_of_one_row_or_of_one_class_is_predicted_although_not_every_metric_exists()
    {
        await using var system = await ArrivalSystem.StartAsync(azurite);
        await system.DropAsync("initial");
        await system.DropAsync("20201001", Encoding.UTF8.GetBytes("SK_ID_CURR,TARGET,INCOME,DEBT,AGE,CONTRACT,SCORE_1\n1,0,50,10,30,Cash loans,0.5\n"));
        await system.DropAsync("20201101", Encoding.UTF8.GetBytes("SK_ID_CURR,TARGET,INCOME,DEBT,AGE,CONTRACT,SCORE_1\n2,1,50,10,30,Cash loans,0.5\n3,1,60,10,,Cash loans,0.5\n"));
        var ledger = await system.SettledAsync("initial", "20201001", "20201101");

        Assert.All(ledger.Runs, r => Assert.Equal((RunState.Succeeded, r.RunId), (r.State, r.RunId)));
        Assert.Equal(2, (await system.PredictionsAsync("20201001")).Count(b => b == '\n'));
        Assert.Equal(3, (await system.PredictionsAsync("20201101")).Count(b => b == '\n'));
    }
}
