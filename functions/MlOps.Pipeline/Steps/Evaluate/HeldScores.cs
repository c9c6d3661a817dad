using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>Scores that a training gave to rows that it had not learned from: the final model may have learned from them since.</summary>
/// <param name="All">Labels and scores of all of them: with folds those of the train and valid part, else of the valid part.</param>
/// <param name="Valid">Those of the valid part.</param>
internal sealed record HeldScores((double[] Labels, double[] Scores) All, (double[] Labels, double[] Scores) Valid)
{
    private const string NoScores = "none";

    /// <summary>SHA-256 of the scores, for the key of a step that reads them.</summary>
    public static async Task<string> HashAsync(StepContext context, PipelineName pipeline, string trainKey, CancellationToken cancellation) =>
        (await context.Runner.ReadRecordAsync(pipeline, trainKey, cancellation)).Outputs.FirstOrDefault(o => o.Name == TrainStep.HeldOutput)?.Sha256 ?? NoScores;

    /// <summary>Reads them.</summary>
    /// <param name="context">Where steps are kept.</param>
    /// <param name="pipeline">Pipeline.</param>
    /// <param name="trainKey">Key of the train step.</param>
    /// <param name="history">The rows.</param>
    /// <param name="model">The model.</param>
    /// <param name="scoresOfRow">Scores of a row: the number of classes of a multiclass task, else 1.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public static async Task<HeldScores> OpenAsync(
        StepContext context, PipelineName pipeline, string trainKey, HistoryRows history, LearnedModel model, int scoresOfRow, CancellationToken cancellation)
    {
        if (await HashAsync(context, pipeline, trainKey, cancellation) == NoScores)
        {
            // An earlier version of the program stopped a model by the valid rows and let it learn from the train rows alone.
            var rows = history.Rows(Part.Valid);
            var own = (history.Labels(rows), Predictions.Scores(model, TransformApply.Apply(history.Transform, history.Table, rows), context.Options));
            return new HeldScores(own, own);
        }

        var scores = ((NumberColumn)(await context.OpenTableAsync(pipeline, trainKey, TrainStep.HeldOutput, cancellation)).Columns[0]).Values;
        var valid = history.Labels(history.Rows(Part.Valid));
        var train = history.Labels(history.Rows(Part.Train));
        // With folds the train rows stand first.
        return scores.Length == (valid.Length + train.Length) * scoresOfRow
            ? new HeldScores(([.. train, .. valid], scores), (valid, scores[(train.Length * scoresOfRow)..]))
            : new HeldScores((valid, scores), (valid, scores));
    }
}
