using System.Text.Json;
using MlOps.Evaluation.Metrics;
using MlOps.Learning.Catalog;
using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Trains a learner of ML.NET: it learns from the train rows once, is judged on the valid rows, and kept as it was judged.</summary>
internal static class OtherLearners
{
    public static async Task<TrainResult> TrainAsync(
        string name, LearningRows rows, PipelineDefinition definition, IReadOnlyDictionary<string, string> settings, int threads, StepWork work, CancellationToken cancellation)
    {
        var model = Fit(name, rows.First(rows.TrainRows), definition, cancellation);
        var held = rows.Held;
        var scores = held.Label.Length == 0 ? [] : model.Predict(held.Columns, threads);
        var (metric, value) = Judge(definition.Task, rows.Shape.Classes, Array.ConvertAll(held.Label, v => (double)v), scores);
        await work.WriteAsync(TrainStep.TrainingOutput, s => JsonSerializer.Serialize(s, new[] { value }, ArtifactJson.Compact), cancellation);
        await work.WriteAsync(TrainStep.HeldOutput, new Table([new NumberColumn("score", scores)], rowCount: scores.Length).Save, cancellation);
        var written = await work.WriteAsync(ModelFiles.Zip, model.Save, cancellation);
        return new TrainResult(written.Sha256, 1, 1, 0, metric, value, HigherIsBetter: false, rows.TrainRows, settings);
    }

    private static LearnedModel Fit(string name, LearningRows rows, PipelineDefinition definition, CancellationToken cancellation)
    {
        var task = LearnerSettings.TaskOf(definition.Task);
        try
        {
            return LearnerCatalog.Create(name).Fit(
                new LearningSet(task, rows.Names, rows.Columns, rows.Label, rows.Shape.Classes), LearnerParameters.SeedOf(definition), cancellation);
        }
        catch (LearnerException e)
        {
            throw new StepRefusedException(e.Problem switch
            {
                LearnerProblem.OneClass => Sentence.Of("one-class", ("learner", name)),
                LearnerProblem.Machine => Sentence.Of("learner-machine", ("learner", name), ("problem", e.Message)),
                _ => Sentence.Of("learner-unfit", ("learner", name), ("problem", e.Message)),
            });
        }
    }

    private static (string Metric, double Value) Judge(TaskKind task, int classes, double[] labels, double[] scores) => task switch
    {
        TaskKind.Binary => ("binary_logloss", labels.Length == 0 ? double.NaN : BinaryMetrics.LogLoss(labels, scores)),
        TaskKind.Multiclass => ("multi_logloss", labels.Length == 0 ? double.NaN : MulticlassMetrics.Of(classes, labels, scores).LogLoss),
        _ => ("l2", labels.Length == 0 ? double.NaN : RegressionMetrics.Of(labels, scores).MeanSquaredError),
    };
}
