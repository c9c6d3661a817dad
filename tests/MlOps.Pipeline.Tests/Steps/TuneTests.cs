using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Tune;
using MlOps.Testing;
using MlOps.Tuning;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class TuneTests(AzuriteFixture azurite)
{
    private const string Tuned = SmallCase.Definition + "\ntune: {trials: 5, wave: 2, space: {num_leaves: [2, 31, log], learning_rate: [0.02, 0.3, log]}}";

    [Fact]
    public async Task Trials_run_in_waves_and_the_parameters_of_the_best_train_the_model()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Tuned);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));

        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001)), initial);

        Assert.Equal(5, pipeline.Trials.Count);
        Assert.Equal([0, 0, 1, 1, 2], pipeline.Trials.Select(t => t.Wave).Order());
        var best = pipeline.Trials.MinBy(t => t.Value)!;
        Assert.All(best.Parameters, p => Assert.Equal(p.Value.ToString(), run.Train.Parameters[p.Key]));
        Assert.Equal(pipeline.Trials.Min(t => t.Value), run.Train.ValidScore);
        var first = pipeline.Trials.Single(t => t.Number == 0);
        Assert.Equal((7d, 0.1), (first.Parameters["num_leaves"].Number, first.Parameters["learning_rate"].Number));
    }

    [Fact]
    public async Task Trials_share_one_binned_data_set_and_those_that_bin_otherwise_another()
    {
        var shared = await TestPipeline.CreateAsync(azurite, Tuned);
        await RunAsync(shared);
        Assert.Single(await BinnedAsync(shared));

        var others = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\ntune: {trials: 6, wave: 2, space: {max_bin: [15, 31, 63]}}");
        await RunAsync(others);
        var bins = others.Trials.Select(t => t.Parameters["max_bin"].ToString()).Distinct().ToList();
        Assert.InRange(bins.Count, 2, 3);
        Assert.Equal(bins.Count, (await BinnedAsync(others)).Count);
    }

    [Fact]
    public async Task A_model_is_the_same_whether_its_trial_was_binned_for_others_or_for_itself()
    {
        // With folds and without, where trials learn from other rows.
        foreach (var validation in new[] { "validation: kfold", "validation: holdout" })
        {
            var alone = await TestPipeline.CreateAsync(azurite, $"{SmallCase.Definition}\n{validation}\n");
            var searched = await TestPipeline.CreateAsync(azurite, $"{SmallCase.Definition}\n{validation}\ntune: {{trials: 1, space: {{num_leaves: [2, 31]}}}}\n");

            Assert.Equal((await RunAsync(alone)).Train.ModelSha256, (await RunAsync(searched)).Train.ModelSha256);
            Assert.Equal((0, 1), ((await BinnedAsync(alone)).Count, (await BinnedAsync(searched)).Count));
        }
    }

    [Fact]
    public async Task More_trials_go_on_where_the_search_ended_and_damaged_bins_and_trials_are_made_again()
    {
        // A single place for trainings: what is made again on the way takes no second one.
        var pipeline = await TestPipeline.CreateAsync(azurite, Tuned, new StepOptions(1));
        var first = await RunAsync(pipeline);
        var before = pipeline.Trials.ToDictionary(t => t.Number);
        await pipeline.CorruptAsync((await BinnedAsync(pipeline)).Single());

        // Another process, which has nothing in memory.
        pipeline = pipeline.Again();
        await pipeline.DefineAsync(Tuned.Replace("trials: 5", "trials: 8", StringComparison.Ordinal));
        await RunAsync(pipeline);
        Assert.Equal(8, pipeline.Trials.Count);
        Assert.All(before.Values, trial => Assert.Equal((trial.Parameters.ToString(), trial.Value), (pipeline.Trials.Single(t => t.Number == trial.Number).Parameters.ToString(), pipeline.Trials.Single(t => t.Number == trial.Number).Value)));

        foreach (var held in await NamesAsync(pipeline, "/held.bin"))
        {
            await pipeline.CorruptAsync(held);
        }

        pipeline = pipeline.Again();
        await pipeline.Steps.Runner.ForgetAsync(pipeline.Pipeline, first.Train.RequireKey());
        await pipeline.DefineAsync(Tuned);
        Assert.Equal(first.Train.ModelSha256, (await RunAsync(pipeline)).Train.ModelSha256);
    }

    private static async Task<TestRun> RunAsync(TestPipeline pipeline) => await pipeline.RunAsync(
        await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001)), await pipeline.DropAsync("initial", SmallCase.Csv(600, 1)));

    private static Task<IReadOnlyList<string>> BinnedAsync(TestPipeline pipeline) => NamesAsync(pipeline, "/dataset.bin");

    private static async Task<IReadOnlyList<string>> NamesAsync(TestPipeline pipeline, string end)
    {
        var names = new List<string>();
        await foreach (var blob in pipeline.Account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{TestPipeline.Name}/steps/" }))
        {
            if (blob.Name.EndsWith(end, StringComparison.Ordinal))
            {
                names.Add(blob.Name);
            }
        }

        return names;
    }

    [Fact]
    public async Task Parallel_equals_serial_to_the_bit_in_trials_best_and_model_bytes()
    {
        var seen = new List<(string, string)>();
        foreach (var threads in new[] { 1, 2 })
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, Tuned, new StepOptions(threads));
            var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
            var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001)), initial);
            seen.Add((string.Join(';', pipeline.Trials.OrderBy(t => t.Number).Select(t => $"{t.Parameters}={t.Value:R}")), run.Train.ModelSha256));
        }

        Assert.Equal(seen[0], seen[1]);
    }

    [Fact]
    public async Task A_budget_that_reproduces_stops_at_the_same_trial_by_work_done()
    {
        var unlimited = await TestPipeline.CreateAsync(azurite, Tuned);
        await RunAsync(unlimited);
        // Enough for the first wave and not for the second.
        var work = unlimited.Trials.Where(t => t.Wave == 0).Sum(t => t.Work);
        foreach (var threads in new[] { 1, 2 })
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, Tuned.Replace("trials: 5,", $"trials: 5, work: {work},"), new StepOptions(threads));
            await RunAsync(pipeline);

            Assert.Equal([0, 1], pipeline.Trials.Select(t => t.Number).Order());
        }
    }

    [Fact]
    public async Task A_wall_clock_limit_counts_by_the_time_that_was_recorded()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, Tuned.Replace("trials: 5,", "trials: 5, time: 60s,"));
        var first = await pipeline.Steps.Tune.RunAsync(new TuneInput("run", TestPipeline.Name, pipeline.DefinitionHash, []));
        IReadOnlyList<TrialRecord> done = [.. first.Wave.Select(t => t with { State = TrialState.Complete, Value = 0.5 })];

        Assert.NotEmpty((await pipeline.Steps.Tune.RunAsync(new TuneInput("run", TestPipeline.Name, pipeline.DefinitionHash, done, 59))).Wave);
        var late = await pipeline.Steps.Tune.RunAsync(new TuneInput("run", TestPipeline.Name, pipeline.DefinitionHash, done, 61));
        Assert.Empty(late.Wave);
        Assert.Contains("is used", late.Stop, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData(", ensemble: 1", 1)]
    [InlineData(", ensemble: 2", 2)]
    public async Task Of_a_small_table_the_model_is_the_mean_of_the_best_trials_models(string setting, int members)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + $"\ntune: {{trials: 4, wave: 2{setting}}}");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(400, 1));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(50, 2, 5001)), initial);
        var order = pipeline.Trials.OrderBy(t => t.Value).ThenBy(t => t.Number).Take(members).ToArray();
        var trees = 0;
        foreach (var trial in order)
        {
            var alone = await pipeline.Steps.Train.RunAsync(new TrainInput(
                "run", TestPipeline.Name, pipeline.DefinitionHash, run.TrainFeatures.RequireKey(), trial.Parameters.ToDictionary(p => p.Key, p => p.Value.ToString())));
            trees += alone.Trees;
        }

        Assert.Equal(trees, run.Train.Trees);
    }

    [Fact]
    public async Task Several_classes_are_searched_for_too()
    {
        var pipeline = await TestPipeline.CreateAsync(
            azurite, "task: multiclass\n" + SmallCase.Definition.Replace("TARGET", "KIND", StringComparison.Ordinal) + "\ntune: 3");
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));

        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001)), initial);

        Assert.Equal(3, pipeline.Trials.Count);
        Assert.Equal(pipeline.Trials.Min(t => t.Value), run.Train.ValidScore);
    }

    [Fact]
    public void A_number_of_trials_is_enough()
    {
        var tune = PipelineDefinition.Parse("label: y\ntune: 10", "p.yaml").Tune;

        Assert.Equal((10, 4), (tune.Trials, tune.Wave));
        Assert.Equal(
            ["lambda_l1", "lambda_l2", "num_leaves", "feature_fraction", "bagging_fraction", "bagging_freq", "min_data_in_leaf"],
            tune.Space.Select(p => p.Name));
    }

    [Theory]
    [InlineData("tune: {space: {num_leavs: [2, 31]}}", "num_leaves")]
    [InlineData("tune: {space: {num_leaves: [31, 2]}}", "num_leaves")]
    [InlineData("tune: {space: {num_leaves: 5}}", "[low, high]")]
    [InlineData("tune: {space: {num_leaves: [2, 9], max_leaves: [2, 9]}}", "set already")]
    [InlineData("tune: many", "whole number")]
    public void A_wrong_search_is_an_error_that_says_so(string yaml, string expected) => Assert.Contains(
        expected, Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: y\n" + yaml, "p.yaml")).Message, StringComparison.Ordinal);
}
