using System.Text.Json;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Train;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

public sealed class LeaderboardTests(AzuriteFixture azurite)
{
    private const string All = SmallCase.Definition + """

        models:
          compare: [random_forest, decision_tree, logistic_regression, linear_svm, gam, lightgbm_mlnet, naive_bayes]
          promote: [boosting, decision_tree]
          rules: [{when: "A >= 0.5 and KIND = 'y'", score: 0.7}, {when: "A >= 0.5", score: 0.5}]
          otherwise: 0.3
        """;

    [Fact]
    public async Task Every_learner_stands_on_the_leaderboard_measured_on_the_same_rows()
    {
        var (pipeline, run, board) = await RunAsync(All);

        Assert.Equal(
            ["boosting", "decision_tree", "gam", "lightgbm_mlnet", "linear_svm", "logistic_regression", "naive_bayes", "random_forest", "rule", "trivial"], board.Entries.Select(e => e.Learner).Order());
        Assert.Equal(Enumerable.Range(1, 10), board.Entries.Select(e => e.Rank));
        Assert.All(board.Entries, e => Assert.Equal(board.Rows, e.Metrics["rows"]));
        Assert.All(board.Entries, e => Assert.InRange(e.Value!.Value, e.Low!.Value, e.High!.Value));
        var boosting = board.Entries.Single(e => e.Learner == "boosting");
        Assert.Equal(run.Evaluate.Metrics["test"]["auc"], boosting.Metrics["auc"]);
        Assert.Equal(run.Evaluate.Metrics["valid"]["binary_logloss"], boosting.ValidValue!.Value, 1e-12);
        Assert.Equal(board.Entries.OrderBy(e => e.Value), board.Entries);
        Assert.All(board.Entries.Where(e => e.Learner is "logistic_regression" or "linear_svm" or "gam"), e => Assert.True(e.BeatsBaseline, e.Learner));
        Assert.False(board.Entries.Single(e => e.Learner == "trivial").BeatsBaseline);
        Assert.NotNull(pipeline);
    }

    [Fact]
    public async Task The_challenger_is_the_best_on_the_valid_rows_of_those_that_may_be_promoted()
    {
        var (_, _, board) = await RunAsync(All);

        var allowed = board.Entries.Where(e => e.MayBePromoted).ToList();
        Assert.Equal(["boosting", "decision_tree"], allowed.Select(e => e.Learner).Order());
        Assert.Equal(allowed.MinBy(e => e.ValidValue), Assert.Single(board.Entries, e => e.Chosen));
    }

    [Fact]
    public async Task The_evaluation_document_has_curves_intervals_and_a_confusion_matrix()
    {
        var (pipeline, run, _) = await RunAsync(SmallCase.Definition);
        var document = JsonSerializer.Deserialize<EvaluationDocument>(await pipeline.ReadAsync(run.Evaluate.RequireKey(), "evaluation.json"), ArtifactJson.Compact)!;

        var test = run.Evaluate.Metrics["test"];
        Assert.InRange(test["auc"], document.Intervals["auc"].Low, document.Intervals["auc"].High);
        Assert.Equal(test["true_positives"], document.Confusion[1][1]);
        Assert.Equal(test["rows"], document.Confusion.Sum(row => row.Sum()));
        Assert.Equal((0.0, 1.0), (document.Roc.Min(p => p.X), document.Roc.Max(p => p.Y)));
        Assert.Equal(test["rows"], document.Calibration.Sum(p => p.Rows));
    }

    [Theory]
    [InlineData("models: [svm]", "'svm' is no learner")]
    [InlineData("models: {compare: [naive_bayes], promote: [naive_bayes]}", "cannot be promoted")]
    [InlineData("models: {compare: [], promote: [random_forest]}", "not among the learners")]
    [InlineData("models: [rule]", "needs 'rules'")]
    [InlineData("models: {rules: [{when: nonsense, score: 1}]}", "The condition \"nonsense\"")]
    [InlineData("task: regression\nmodels: [logistic_regression]", "'logistic_regression' belongs to 'task: binary' and 'task: multiclass'")]
    [InlineData("task: regression\nmodels: [naive_bayes]", "belongs to 'task: binary'")]
    [InlineData("task: multiclass\nmodels: [gam]", "'gam' belongs to 'task: binary' and 'task: regression'")]
    [InlineData("task: multiclass\nmodels: [linear_svm]", "'linear_svm' belongs to 'task: binary'")]
    [InlineData("models: {compare: [lightgbm_mlnet], promote: [lightgbm_mlnet]}\noutput: {reasons: 3}", "which 'lightgbm_mlnet' does not tell")]
    [InlineData("models: {compare: [lightgbm_mlnet], promote: [lightgbm_mlnet]}\noutput: {onnx: true}", "which a model of 'lightgbm_mlnet' cannot be written as")]
    public void A_definition_that_compares_what_cannot_be_compared_is_told_so(string yaml, string message)
    {
        var problem = Assert.Throws<DefinitionException>(() => PipelineDefinition.Parse("label: Y\n" + yaml, "p.yaml"));

        Assert.Contains(message, problem.Message, StringComparison.Ordinal);
    }

    private async Task<(TestPipeline Pipeline, TestRun Run, LeaderboardDocument Board)> RunAsync(string yaml)
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, yaml);
        var run = await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001)), await pipeline.DropAsync("initial", SmallCase.Csv(1500, 1)));
        var definition = PipelineDefinition.Parse(yaml, "p.yaml");
        var (steps, key, features) = (pipeline.Steps, run.Accumulate.RequireKey(), run.TrainFeatures.RequireKey());
        var contenders = new List<Contender> { new("boosting", run.Train.RequireKey(), null) };
        foreach (var learner in definition.Models.Compare)
        {
            contenders.Add(LearnerSettings.Promotable.Contains(learner)
                ? new(learner, (await steps.Train.RunAsync(new TrainInput("run", TestPipeline.Name, pipeline.DefinitionHash, features, null, learner))).RequireKey(), null)
                : new(learner, null, (await steps.Baseline.RunAsync(new BaselineInput("run", TestPipeline.Name, pipeline.DefinitionHash, key, features, learner))).RequireKey()));
        }

        var board = await steps.Leaderboard.RunAsync(new LeaderboardInput("run", TestPipeline.Name, pipeline.DefinitionHash, key, run.Evaluate.RequireKey(), contenders));
        var document = JsonSerializer.Deserialize<LeaderboardDocument>(await pipeline.ReadAsync(board.RequireKey(), "leaderboard.json"), ArtifactJson.Compact)!;
        Assert.Equal(document.Entries.Single(e => e.Chosen).Learner, board.Challenger);
        return (pipeline, run, document);
    }
}
