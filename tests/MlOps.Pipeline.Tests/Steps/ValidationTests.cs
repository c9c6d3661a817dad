using System.Globalization;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class ValidationTests(AzuriteFixture azurite)
{
    private const string Wild = "model: {num_leaves: 63, min_data_in_leaf: 1, num_iterations: 40, learning_rate: 0.3, early_stopping_round: 0}\n";

    [Fact]
    public void Folds_hold_the_classes_in_equal_shares_and_no_test_row()
    {
        Part[] parts = [.. Enumerable.Range(0, 100).Select(i => i % 5 == 0 ? Part.Test : i % 7 == 0 ? Part.Valid : Part.Train)];
        int[] classes = [.. Enumerable.Range(0, 100).Select(i => i % 4 == 1 ? 1 : 0)];
        ulong[] hashes = [.. Enumerable.Range(0, 100).Select(i => (ulong)(i * 7919 % 101))];

        var folds = Folds.Assign(5, parts, classes, hashes)!;

        Assert.All(Enumerable.Range(0, 100).Where(i => parts[i] == Part.Test), i => Assert.Equal(Folds.None, folds[i]));
        foreach (var stratum in new[] { 0, 1 })
        {
            int[] sizes = [.. Enumerable.Range(0, 5).Select(fold => Enumerable.Range(0, 100).Count(i => folds[i] == fold && classes[i] == stratum))];
            Assert.True(sizes.Max() - sizes.Min() <= 1, string.Join(' ', sizes));
        }
    }

    [Fact]
    public void A_class_of_a_single_row_makes_no_folds() =>
        Assert.Null(Folds.Assign(5, Enumerable.Repeat(Part.Train, 20).ToArray(), [.. Enumerable.Repeat(0, 19), 1], new ulong[20]));

    [Fact]
    public void In_order_of_time_the_latest_periods_validate_and_test_rows_stay_what_they_are()
    {
        Part[] parts = [.. Enumerable.Range(0, 60).Select(i => i % 6 == 0 ? Part.Test : Part.Train)];

        LatestRows.Validate(parts, [30, 12, 6, 12], 0.3);

        // 50 rows that are no test rows, of which 15 are wanted: 10 of the last period and 5 of the one before.
        Assert.Equal(Enumerable.Range(0, 60).Select(i => i % 6 == 0 ? Part.Test : i < 42 ? Part.Train : Part.Valid), parts);
    }

    [Theory]
    [InlineData(new[] { 60 }, 0.2, 48)]
    [InlineData(new[] { 50, 10 }, 0.5, 50)]
    public void The_first_period_is_learned_from_but_for_its_end_where_it_is_the_only_one(int[] rows, double share, int firstValid)
    {
        var parts = new Part[60];

        LatestRows.Validate(parts, rows, share);

        Assert.Equal(firstValid, Array.IndexOf(parts, Part.Valid));
    }

    [Fact]
    public async Task Rows_that_validate_are_scored_by_models_that_did_not_learn_from_them_though_the_final_model_did()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, "label: Y\n" + Wild);
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20200101", Noise(30, 2)), await pipeline.DropAsync("initial", Noise(600, 1)));

        // Labels are drawn without regard to the features: the model knows its rows by heart, and nothing of others.
        Assert.Equal(5, run.TrainFeatures.Folds);
        Assert.InRange(run.Evaluate.Metrics["train"]["auc"], 0.95, 1);
        Assert.InRange(run.Evaluate.Metrics["valid"]["auc"], 0.3, 0.7);
        Assert.True(run.Train.ValidScore > 0.7, $"{run.Train.ValidScore}: better than chance");
    }

    [Theory]
    [InlineData("validation: holdout\n")]
    [InlineData("validation: kfold\n")]
    [InlineData("validation: time\n")]
    public async Task No_test_row_has_a_say_in_parameters_rounds_or_trees(string validation)
    {
        var definition = "task: regression\nlabel: Y\ntune: {trials: 2, wave: 2}\nmodel: {num_iterations: 30}\n" + validation;
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        var score = await pipeline.DropAsync("20200101", Noise(30, 2));
        var text = Noise(400, 1);
        var before = await pipeline.RunAsync(score, await pipeline.DropAsync("initial", text));
        var parts = await pipeline.ReadAsync(before.Accumulate.RequireKey(), "split.bin");
        var lines = text.Split('\n');
        var changed = lines.Select((line, i) => i > 0 && i <= parts.Length && parts[i - 1] == (char)Part.Test ? line[..^1] + "77" : line);

        var after = await pipeline.RunAsync(score, await pipeline.DropAsync("initial", string.Join('\n', changed)));

        Assert.NotEqual(before.Evaluate.Metrics["test"]["l2"], after.Evaluate.Metrics["test"]["l2"]);
        Assert.Equal(before.Train.ModelSha256, after.Train.ModelSha256);
        Assert.Equal(before.Train.ValidScore, after.Train.ValidScore);
    }

    [Theory]
    [InlineData("validation: {rows: 10}", 0)]
    [InlineData("validation: holdout", 0)]
    [InlineData("validation: time", 0)]
    [InlineData("validation: {kind: kfold, rows: 10, folds: 3}", 3)]
    [InlineData("", 5)]
    public async Task Small_tables_are_validated_by_folds_unless_the_definition_says_otherwise(string validation, int folds)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + "\n" + validation);
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(30, 2, 5001)), await pipeline.DropAsync("initial", SmallCase.Csv(300, 1)));

        Assert.Equal(folds, run.TrainFeatures.Folds);
    }

    [Fact]
    public async Task A_model_that_is_fitted_again_has_more_rounds_as_it_has_more_rows_and_one_that_is_not_has_those_of_the_trial()
    {
        var rounds = new List<(int Trial, int Final)>();
        foreach (var refit in new[] { "always", "never" })
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition + $"\nvalidation: {{kind: holdout, refit: {refit}}}");
            var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(30, 2, 5001)), await pipeline.DropAsync("initial", SmallCase.Csv(600, 1)));
            var trial = await pipeline.Steps.Train.RunAsync(
                new TrainInput("run", TestPipeline.Name, pipeline.DefinitionHash, run.TrainFeatures.RequireKey(), Trial: true));
            rounds.Add((trial.BestIteration, run.Train.BestIteration));
        }

        Assert.Equal((int)Math.Round(rounds[0].Trial * 1.25), rounds[0].Final, 1d);
        Assert.Equal(rounds[1].Trial, rounds[1].Final);
        Assert.Equal(rounds[0].Trial, rounds[1].Trial);
    }

    private static string Noise(int rows, int seed)
    {
        var random = new Random(seed);
        return "A,B,C,Y\n" + string.Concat(Enumerable.Range(0, rows).Select(_ => string.Create(
            CultureInfo.InvariantCulture, $"{random.NextDouble():0.0000},{random.NextDouble():0.0000},{random.NextDouble():0.0000},{random.Next(2)}\n")));
    }
}
