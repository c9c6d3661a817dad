using System.Text.Json;
using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>A run whose model is of a learner of ML.NET.</summary>
public sealed class LearnerRunTests(AzuriteFixture azurite)
{
    public static TheoryData<string, LearningTask> Every => [.. KnownLearners.All.SelectMany(kind => kind.Tasks.Select(task => (kind.Name, task)))];

    [Theory]
    [MemberData(nameof(Every))]
    public async Task A_model_is_trained_kept_registered_served_and_explained_as_far_as_its_learner_can(string learner, LearningTask task)
    {
        var (pipeline, run) = await RunAsync(learner, task, threads: 2);

        Assert.Equal(learner, run.Train.Parameters["learner"]);
        var folder = new List<string>();
        await foreach (var blob in pipeline.Account.Artifacts.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions { Prefix = $"p/models/{run.Model.Version}/" }))
        {
            folder.Add(blob.Name.Split('/')[^1]);
        }

        Assert.Equal(["metrics.json", "model.json", "model.zip", "schema.json", "transform.json"], folder.Order(StringComparer.Ordinal));
        var served = await ServedModel.LoadAsync(pipeline.Steps.Models, pipeline.Steps.Definitions, pipeline.Pipeline, run.Model.Version, TestContext.Current.CancellationToken);
        var explains = KnownLearners.Find(learner)!.ExplainsRows;
        var rows = JsonRows.Read(task == LearningTask.Regression ? """[{"B":10.5,"KIND":"y","TARGET":1},{"B":null,"KIND":"never seen","TARGET":0}]"""u8.ToArray()
            : task == LearningTask.Multiclass ? """[{"A":0.9,"B":10.5,"TARGET":1},{"A":0.1,"B":null,"TARGET":0}]"""u8.ToArray()
            : """[{"A":0.9,"B":10.5,"KIND":"y"},{"A":0.1,"B":null,"KIND":"never seen"}]"""u8.ToArray());
        var answer = served.Score(rows, reasons: 2, TestContext.Current.CancellationToken);
        Assert.All(Enumerable.Range(0, 2), i => Assert.True(double.IsFinite(answer[i].Score)));
        Assert.Equal(explains, answer[0].Reasons is { Count: 2 });
        Assert.Equal(explains ? 0 : 1, answer.Warnings.Count(w => w.Code == "reasons-untold"));

        var explained = await pipeline.Steps.Explain.RunAsync(new ExplainInput("run", TestPipeline.Name, pipeline.DefinitionHash, run.Accumulate.RequireKey(), run.Train.RequireKey()), TestContext.Current.CancellationToken);
        var explanation = JsonSerializer.Deserialize<Explanation>(await pipeline.ReadAsync(explained.RequireKey(), "explanation.json"), ArtifactJson.Compact)!;
        Assert.Equal(!explains, explanation.ImportanceOnly);
        Assert.True(explanation.Columns.Sum(c => c.Gain) > 0);
        Assert.Equal(explains, explanation.Columns[0].MeanAbsolute > 0);
    }

    [Theory]
    [MemberData(nameof(Every))]
    public async Task Model_and_predictions_are_the_same_to_the_byte_on_one_and_two_threads(string learner, LearningTask task)
    {
        var (_, one) = await RunAsync(learner, task, threads: 1);
        var (_, two) = await RunAsync(learner, task, threads: 2);

        Assert.Equal((one.Train.ModelSha256, one.Predict.PredictionsSha256), (two.Train.ModelSha256, two.Predict.PredictionsSha256));
    }

    private async Task<(TestPipeline Pipeline, TestRun Run)> RunAsync(string learner, LearningTask task, int threads)
    {
        var yaml = task switch
        {
            LearningTask.Regression => "task: regression\n" + SmallCase.Definition.Replace("TARGET", "A", StringComparison.Ordinal),
            LearningTask.Multiclass => "task: multiclass\n" + SmallCase.Definition.Replace("TARGET", "KIND", StringComparison.Ordinal),
            _ => SmallCase.Definition,
        };
        var pipeline = await TestPipeline.CreateAsync(azurite, yaml, new StepOptions(threads), learner: learner);
        return (pipeline, await pipeline.RunAsync(await pipeline.DropAsync("20201001", SmallCase.Csv(100, 2, 5001)), await pipeline.DropAsync("initial", SmallCase.Csv(1000, 1))));
    }
}
