using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Backtest;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Performance;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Scores of models that do not predict: kept, never published, and measured on the rows that the predictions are measured on.</summary>
public sealed class BacktestTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task The_models_that_do_not_predict_score_the_period_as_they_would_have_predicted_it_and_nothing_of_it_is_published()
    {
        var world = await WorldAsync();

        var scored = await ScoreAsync(world.Pipeline, world.Second, world.Initial, world.New, world.Champion, world.New);

        Assert.Equal([BacktestRecord.New, BacktestRecord.Champion], scored.Select(s => s.Way));
        var shadow = scored[1].Scores;
        Assert.Equal(world.Champion.Model.Version, shadow.ModelVersion);
        var predicted = await PredictAsync(world.Pipeline, world.Champion, world.Second, world.Initial);
        Assert.Equal(await BytesAsync(world.Pipeline, predicted.RequireKey(), "scores.bin"), await BytesAsync(world.Pipeline, shadow.PredictKey, "scores.bin"));
        Assert.Empty(world.Pipeline.Account.Output.GetBlobs());
        Assert.Equal("scores.bin", Assert.Single((await world.Pipeline.Steps.Runner.ReadRecordAsync(world.Pipeline.Pipeline, shadow.PredictKey)).Outputs).Name);
    }

    [Fact]
    public async Task Each_model_is_measured_on_the_same_labelled_rows()
    {
        var world = await WorldAsync();
        var scored = await ScoreAsync(world.Pipeline, world.Second, world.Initial, world.New, world.Champion, world.New);
        var published = scored.Single(s => s.Way == BacktestRecord.New).Scores;

        var measured = await world.Pipeline.Steps.Performance.RunAsync(Question(world.Pipeline, world.Second, world.New, published) with
        {
            Shadows = [scored.Single(s => s.Way == BacktestRecord.Champion).Scores],
        });

        var (own, shadow) = (Assert.Single(measured.Measured), Assert.Single(measured.Shadows!));
        Assert.Equal((300, 300), (own.Metrics["rows"], shadow.Metrics["rows"]));
        Assert.Equal(world.New.Predict.Metrics["binary_logloss"], own.Value!.Value, 12);
        var champion = await PredictAsync(world.Pipeline, world.Champion, world.Second, world.Initial);
        Assert.Equal(champion.Metrics["binary_logloss"], shadow.Value!.Value, 12);
        Assert.NotEqual(own.Value, shadow.Value);
    }

    [Fact]
    public async Task Shadow_scores_are_the_same_bytes_in_another_account_with_another_number_of_threads_and_are_made_once()
    {
        var hashes = new List<string>();
        foreach (var threads in new[] { 1, 2 })
        {
            var world = await WorldAsync(threads);
            var first = await ScoreAsync(world.Pipeline, world.Second, world.Initial, world.New, world.Champion, world.New);
            var again = await ScoreAsync(world.Pipeline.Again(), world.Second, world.Initial, world.New, world.Champion, world.New);
            Assert.Equal(first, again);
            hashes.Add(first[1].Scores.PredictKey + first[1].Scores.PredictionsSha256);
        }

        Assert.Equal(hashes[0], hashes[1]);
    }

    [Fact]
    public async Task Poisoned_labels_of_the_predicted_period_change_neither_the_models_nor_the_predictions_nor_the_shadow_scores()
    {
        var world = await WorldAsync();
        var honest = await ScoreAsync(world.Pipeline, world.Second, world.Initial, world.New, world.Champion, world.New);
        var poison = await world.Pipeline.DropAsync("20201101", Poisoned(SmallCase.Csv(300, 3, 7001)));

        var run = await world.Pipeline.RunAsync(poison, world.Initial, world.First);
        var poisoned = await ScoreAsync(world.Pipeline, poison, world.Initial, run, world.Champion, run);

        Assert.NotEqual(world.Second.Sha256, poison.Sha256);
        Assert.Equal(world.New.Train.ModelSha256, run.Train.ModelSha256);
        Assert.Equal(world.New.Predict.PredictionsSha256, run.Predict.PredictionsSha256);
        Assert.Equal(honest.Select(s => s.Scores), poisoned.Select(s => s.Scores));
        Assert.NotEqual(world.New.Predict.Metrics["binary_logloss"], run.Predict.Metrics["binary_logloss"]);
    }

    [Fact]
    public void What_is_known_before_a_period_is_that_of_the_run_that_measured_each_earlier_period_last()
    {
        BacktestEntry Entry(int at, string run, string period, string version, string way, double value) => new(
            DateTimeOffset.UnixEpoch.AddDays(at), run, 1, new BacktestRecord(period, version, way, way == "new", version + "-scores", "l2", value, new Dictionary<string, double>()));
        BacktestEntry[] entries =
        [
            Entry(1, "r1", "20200101", "a", "new", 1), Entry(2, "r2", "20200201", "b", "new", 2), Entry(2, "r2", "20200201", "a", "champion", 3),
            Entry(3, "r3", "20200201", "c", "new", 4), Entry(3, "r3", "20200201", "a", "champion", 3), Entry(4, "r4", "20200301", "d", "new", 5),
        ];

        Assert.Equal(["a", "c", "a"], BacktestBook.Before(entries, "20200301").Select(r => r.ModelVersion));
        Assert.Equal(["a", "b", "a"], BacktestBook.Before(entries, "20200301", DateTimeOffset.UnixEpoch.AddDays(2)).Select(r => r.ModelVersion));
        Assert.Empty(BacktestBook.Before(entries, "20200101"));
    }

    // Every label is turned round.
    private static string Poisoned(string csv) =>
        string.Join('\n', csv.Split('\n').Select(line => line.EndsWith(",0", StringComparison.Ordinal) ? line[..^1] + "1" : line.EndsWith(",1", StringComparison.Ordinal) ? line[..^1] + "0" : line));

    private sealed record World(TestPipeline Pipeline, PinnedDrop Initial, PinnedDrop First, PinnedDrop Second, TestRun Champion, TestRun New);

    private async Task<World> WorldAsync(int threads = 2)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, SmallCase.Definition, new StepOptions(threads));
        var initial = await pipeline.DropAsync("initial", SmallCase.Csv(600, 1));
        var first = await pipeline.DropAsync("20201001", SmallCase.Csv(300, 2, 5001));
        var second = await pipeline.DropAsync("20201101", SmallCase.Csv(300, 3, 7001));
        return new World(pipeline, initial, first, second, await pipeline.RunAsync(first, initial), await pipeline.RunAsync(second, initial, first));
    }

    private static PerformanceInput Question(TestPipeline pipeline, PinnedDrop drop, TestRun run, params PublishedScores[] published) =>
        new("run", TestPipeline.Name, pipeline.DefinitionHash, drop.Period, run.ScoreFeatures.RequireKey(), published);

    private static Task<IReadOnlyList<BacktestScores>> ScoreAsync(TestPipeline pipeline, PinnedDrop drop, PinnedDrop initial, TestRun challenger, TestRun champion, TestRun predicting) =>
        pipeline.Steps.Backtesting.ScoreAsync(
            Question(pipeline, drop, predicting), new BacktestQuestion(drop, initial, challenger.Model.Version, champion.Model.Version),
            new PublishedScores(predicting.Model.Version, predicting.Predict.PredictionsSha256, 0, predicting.Predict.RequireKey()), CancellationToken.None);

    private static async Task<PredictResult> PredictAsync(TestPipeline pipeline, TestRun model, PinnedDrop drop, PinnedDrop initial)
    {
        var features = await pipeline.Steps.Featurize.RunAsync(
            new FeaturizeInput("run", TestPipeline.Name, pipeline.DefinitionHash, "score", model.Accumulate.RequireKey(), drop, initial));
        return await pipeline.Steps.Predict.RunAsync(new PredictInput(
            "run", TestPipeline.Name, pipeline.DefinitionHash, drop.Period, features.RequireKey(), model.Train.RequireKey(), model.Evaluate.RequireKey()));
    }

    private static async Task<byte[]> BytesAsync(TestPipeline pipeline, string key, string output)
    {
        await using var stream = await pipeline.Steps.Runner.OpenAsync(pipeline.Pipeline, key, output);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy);
        return copy.ToArray();
    }
}
