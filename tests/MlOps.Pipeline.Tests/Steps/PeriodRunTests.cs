using MlOps.Pipeline.Artifacts;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class PeriodRunTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task A_period_is_predicted_row_by_row_with_id_class_and_score()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(2000, 1));
        var score = await pipeline.DropAsync("20201001", SmallCase.Csv(300, 2, 5001));

        var run = await pipeline.RunAsync(score, initial);

        var lines = (await pipeline.ReadAsync(run.Predict.RequireKey(), "predictions.csv")).TrimEnd('\n').Split('\n');
        Assert.Equal("ID,TARGET,SCORE", lines[0]);
        Assert.Equal(301, lines.Length);
        for (var i = 1; i <= 300; i++)
        {
            var cells = lines[i].Split(',');
            var p = double.Parse(cells[2], System.Globalization.CultureInfo.InvariantCulture);
            Assert.Equal($"{5000 + i}", cells[0]);
            Assert.InRange(p, 0, 1);
            Assert.Equal(p >= 0.5 ? "1" : "0", cells[1]);
        }

        Assert.InRange(run.Evaluate.Metrics["test"]["auc"], 0.62, 0.9);
        Assert.InRange(run.Predict.Metrics["auc"], 0.6, 0.9);
        Assert.Equal((1280, 320, 400), (run.Accumulate.TrainRows, run.Accumulate.ValidRows, run.Accumulate.TestRows));
    }

    [Fact]
    public async Task Labels_in_the_drop_never_change_its_predictions()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var labelled = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001));
        var bare = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001, label: false));

        var first = await pipeline.RunAsync(bare, initial);
        var second = await pipeline.RunAsync(labelled, initial);

        Assert.Empty(first.Predict.Metrics);
        Assert.True(second.Predict.Metrics.ContainsKey("auc"));
        Assert.Equal(first.Predict.PredictionsSha256, second.Predict.PredictionsSha256);
        Assert.True(second.Train.Step!.Skipped);
        Assert.True(second.Predict.Step!.Skipped);
    }

    [Fact]
    public async Task The_rows_to_be_predicted_never_reach_the_transform_or_the_model()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var usual = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001));
        var odd = await pipeline.DropAsync(
            "20201001", SmallCase.Csv(100, 3, 5001).Replace(",x,", ",unheard of,", StringComparison.Ordinal));

        var first = await pipeline.RunAsync(usual, initial);
        var second = await pipeline.RunAsync(odd, initial);

        Assert.Equal(first.Train.ModelSha256, second.Train.ModelSha256);
        Assert.Equal(
            await pipeline.ReadAsync(first.Accumulate.RequireKey(), "transform.json"),
            await pipeline.ReadAsync(second.Accumulate.RequireKey(), "transform.json"));
        Assert.Contains(second.ScoreFeatures.Warnings, w => w is { Code: "unseen-category", ColumnName: "KIND" });
    }

    [Fact]
    public async Task An_id_that_is_to_be_predicted_is_kept_out_of_training()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var score = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 551));

        var run = await pipeline.RunAsync(score, initial);

        Assert.Equal(550, run.Accumulate.Rows);
        Assert.Contains(run.Accumulate.Warnings, w => w.Code == "id-in-score");
    }

    [Fact]
    public async Task Columns_are_matched_by_name_not_by_place()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var text = SmallCase.Csv(100, 2, 5001);
        var swapped = string.Join('\n', text.TrimEnd('\n').Split('\n').Select(l => string.Join(',', l.Split(',').Reverse())));

        var first = await pipeline.RunAsync(await pipeline.DropAsync("20201001", text), initial);
        var second = await pipeline.RunAsync(await pipeline.DropAsync("20201001", swapped), initial);

        Assert.Equal(first.Predict.PredictionsSha256, second.Predict.PredictionsSha256);
    }

    [Fact]
    public async Task Two_accounts_and_thread_counts_give_the_same_bytes()
    {
        var hashes = new List<(string, string)>();
        foreach (var threads in new[] { 1, 2 })
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition, new StepOptions(threads));
            var initial = await pipeline.DropAsync("initial", SmallCase.Csv(1500, 1));
            var first = await pipeline.DropAsync("20201001", SmallCase.Csv(300, 2, 5001));
            var run = await pipeline.RunAsync(await pipeline.DropAsync("20201101", SmallCase.Csv(300, 3, 6001)), initial, first);
            hashes.Add((run.Train.ModelSha256, run.Predict.PredictionsSha256));
        }

        Assert.Equal(hashes[0], hashes[1]);
    }

    [Fact]
    public async Task A_second_run_finds_every_step_done_and_says_why()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var score = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001));
        var first = await pipeline.RunAsync(score, initial);

        var second = await pipeline.Again().RunAsync(score, initial);

        foreach (var result in new StepResult[] { second.Accumulate, second.TrainFeatures, second.ScoreFeatures, second.Train, second.Evaluate, second.Predict })
        {
            Assert.True(result.Step!.Skipped, result.Step.Name);
            Assert.Contains("same inputs", result.Step.Reason, StringComparison.Ordinal);
        }

        Assert.Equal(first.Predict with { Step = null }, second.Predict with { Step = null, Metrics = first.Predict.Metrics });
    }

    [Fact]
    public async Task A_step_that_runs_again_names_the_input_that_changed()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var score = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001));
        await pipeline.RunAsync(score, initial);
        await pipeline.DefineAsync(SmallCase.Definition.Replace("num_leaves: 7", "num_leaves: 6", StringComparison.Ordinal));

        var run = await pipeline.RunAsync(score, initial);

        Assert.True(run.Accumulate.Step!.Skipped);
        Assert.Equal("ran: changed since the last time: model", run.Train.Step!.Reason);
    }

    [Theory]
    [InlineData("train", "model.txt")]
    [InlineData("train", "step.json")]
    [InlineData("accumulate", "history.bin")]
    [InlineData("predict", "predictions.csv")]
    public async Task A_damaged_output_is_made_again_and_never_served(string step, string output)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var score = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001));
        var run = await pipeline.RunAsync(score, initial);
        var key = step switch { "train" => run.Train.RequireKey(), "accumulate" => run.Accumulate.RequireKey(), _ => run.Predict.RequireKey() };
        var kept = output == "step.json" ? "model.txt" : output;
        await using var before = await pipeline.Steps.Runner.OpenAsync(pipeline.Pipeline, key, kept);
        var hash = await ContentHash.OfAsync(before);
        await pipeline.CorruptAsync($"{TestPipeline.Name}/steps/{key}/{output}");

        await using var after = await pipeline.Again().Steps.Runner.OpenAsync(pipeline.Pipeline, key, kept);

        Assert.Equal(hash, await ContentHash.OfAsync(after));
    }

    [Fact]
    public async Task Rows_without_an_id_column_are_known_by_their_number()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition.Replace("id: ID", "exclude: [ID]", StringComparison.Ordinal));
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var score = await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 551));

        var run = await pipeline.RunAsync(score, initial);

        var lines = (await pipeline.ReadAsync(run.Predict.RequireKey(), "predictions.csv")).Split('\n');
        Assert.StartsWith("1,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("100,", lines[100], StringComparison.Ordinal);
        Assert.Equal(600, run.Accumulate.Rows);
    }

    [Fact]
    public async Task A_registered_model_has_its_files_and_lineage()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001)), initial);

        var version = Assert.Single(await pipeline.Steps.Models.ListAsync(pipeline.Pipeline));

        Assert.Equal(run.Model.Version, version.Version);
        Assert.Equal(initial, Assert.Single(version.History));
        Assert.Equal(run.Train.ModelSha256, version.ModelSha256);
        var model = await pipeline.Account.Artifacts.GetBlobClient($"p/models/{version.Version}/model.txt").DownloadContentAsync();
        Assert.Equal(version.ModelSha256, ContentHash.Of(model.Value.Content.ToArray()));
    }

    [Fact]
    public async Task A_label_of_three_classes_is_predicted_with_the_probability_of_each()
    {
        var definition = "task: multiclass\n" + SmallCase.Definition.Replace("TARGET", "KIND", StringComparison.Ordinal);
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(50, 2, 5001)), initial);

        var lines = (await pipeline.ReadAsync(run.Predict.RequireKey(), "predictions.csv")).TrimEnd('\n').Split('\n');

        Assert.Equal("ID,TARGET,SCORE,SCORE_x,SCORE_y,SCORE_z", lines[0]);
        Assert.Equal(51, lines.Length);
        Assert.All(lines.Skip(1), line =>
        {
            var cells = line.Split(',');
            var p = cells[3..].Select(c => double.Parse(c, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
            Assert.Equal(1, p.Sum(), 9);
            Assert.Equal("xyz"[Array.IndexOf(p, p.Max())].ToString(), cells[1]);
        });
        Assert.True(run.Predict.Metrics.ContainsKey("multi_logloss"));
    }

    [Fact]
    public async Task A_number_is_predicted_by_a_regression()
    {
        var definition = "task: regression\n" + SmallCase.Definition.Replace("TARGET", "A", StringComparison.Ordinal);
        var pipeline = await TestPipeline.CreateAsync(azurite, definition);
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(50, 2, 5001)), initial);

        Assert.InRange(run.Evaluate.Metrics["test"]["rmse"], 0.1, 0.4);
        Assert.True(run.Predict.Metrics.ContainsKey("r2"));
        Assert.Equal(50, run.Predict.Rows);
    }
}
