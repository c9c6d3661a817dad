using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

public sealed class OtherLearnerTests(AzuriteFixture azurite)
{
    [Theory]
    [InlineData("logistic_regression")]
    [InlineData("lightgbm_mlnet")]
    public async Task A_learner_of_ML_NET_that_the_definition_promotes_predicts_and_its_run_is_reproduced_to_the_bit(string learner)
    {
        await using var system = await ArrivalSystem.StartAsync(
            azurite, definition: SmallCase.Definition + $"\npromote: always\nmodels: {{compare: [{learner}], promote: [{learner}]}}\n");
        await system.DropAsync("initial");
        await system.DropAsync("20201001");
        var run = (await system.SettledAsync("initial", "20201001")).Runs.Last(r => r.Period == "20201001");
        Assert.Equal(RunState.Succeeded, run.State);

        var manifest = await system.ManifestAsync("20201001");
        var again = await system.Get<Reproducer>().RunAsync(ArrivalSystem.Name, RunId.Parse(run.RunId));

        Assert.True(again.IsSame, again.Difference);
        Assert.Equal(manifest.ModelSha256, again.ModelSha256);
        var zip = (await system.Account.Artifacts.GetBlobClient($"credit/steps/{manifest.ModelStep}/model.zip").DownloadContentAsync()).Value.Content;
        Assert.Equal(manifest.ModelSha256, ContentHash.Of(zip.ToArray()));
    }
}
