using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Testing;
using MlOps.Tuning;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class PruningTests(AzuriteFixture azurite)
{
    private const string Search = SmallCase.Definition
        + "\nvalidation: VALIDATION\ntune: {trials: 9, wave: 3, pruner: PRUNER, space: {learning_rate: [0.0005, 0.3, log], num_leaves: [2, 31, log]}}";

    [Theory]
    [InlineData("holdout", "{kind: median, startup_trials: 2}")]
    [InlineData("kfold", "{kind: median, startup_trials: 2}")]
    [InlineData("holdout", "{kind: percentile, percentile: 30, startup_trials: 2}")]
    [InlineData("holdout", "{kind: successive_halving, min_resource: 10, reduction_factor: 2}")]
    [InlineData("holdout", "{kind: hyperband, min_resource: 10, max_resource: 60}")]
    public async Task Trials_that_fall_behind_are_stopped_and_the_best_is_one_that_ran_to_its_end(string validation, string pruner)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Text(validation, pruner));
        var run = await RunAsync(pipeline);

        Assert.Equal(9, pipeline.Trials.Count);
        Assert.All(pipeline.Trials.Where(t => t.Wave == 0), t => Assert.Equal(TrialState.Complete, t.State));
        var pruned = pipeline.Trials.Where(t => t.State == TrialState.Pruned).ToArray();
        Assert.NotEmpty(pruned);
        Assert.All(pruned, t => Assert.True(t.Value is null && t.Intermediate.Count > 0));
        Assert.Equal(pipeline.Trials.Min(t => t.Value), run.Train.ValidScore);
        Assert.True(pruned.Average(t => (double)t.Work / t.Parameters["num_leaves"].Number) < pipeline.Trials.Where(t => t.State == TrialState.Complete).Average(t => (double)t.Work / t.Parameters["num_leaves"].Number));
    }

    [Fact]
    public async Task The_same_trials_are_stopped_whatever_the_order_and_number_of_threads()
    {
        var seen = new List<string>();
        foreach (var threads in new[] { 1, 2 })
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, Text("holdout", "{kind: median, startup_trials: 2}"), new StepOptions(threads));
            var run = await RunAsync(pipeline);
            seen.Add(run.Train.ModelSha256 + string.Concat(pipeline.Trials.OrderBy(t => t.Number).Select(t => $";{t.State} {t.Value:R} {t.LastStep}")));
        }

        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public void A_pruners_name_is_enough_and_its_settings_are_Optunas()
    {
        PrunerSettings? Of(string pruner) => PipelineDefinition.Parse($"label: y\ntune: {{trials: 5, pruner: {pruner}}}", "p.yaml").Tune.Pruner;

        Assert.Null(Of("none"));
        Assert.Equal(new MedianSettings(), Of("median"));
        Assert.Equal(new PercentileSettings { Percentile = 25 }, Of("percentile"));
        Assert.Equal(new SuccessiveHalvingSettings(), Of("successive_halving"));
        Assert.Equal(new HyperbandSettings { ReductionFactor = 2 }, Of("{kind: hyperband, reduction_factor: 2}"));
    }

    [Theory]
    [InlineData("mean", "hyperband")]
    [InlineData("{kind: median, percentile: 3}", "not a setting")]
    [InlineData("{kind: percentile, percentile: 101}", "from 0 to 100")]
    public void A_wrong_pruner_is_an_error_that_says_so(string pruner, string expected) => Assert.Contains(
        expected, Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse($"label: y\ntune: {{pruner: {pruner}}}", "p.yaml")).Message, StringComparison.Ordinal);

    private static string Text(string validation, string pruner) =>
        Search.Replace("VALIDATION", validation, StringComparison.Ordinal).Replace("PRUNER", pruner, StringComparison.Ordinal);

    private static async Task<TestRun> RunAsync(TestPipeline pipeline) => await pipeline.RunAsync(
        await pipeline.DropAsync("20201001", SmallCase.Csv(50, 2, 5001)), await pipeline.DropAsync("initial", SmallCase.Csv(500, 1)));
}
