using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Decide;

/// <summary>Asks what a model's scores let decide, on rows whose labels are known. What was asked before is kept: neither models nor labels of a run change.</summary>
public sealed class Decisions
{
    private const int Kept = 200;

    private readonly StepContext _context;
    private readonly UnchangingDocuments<DecisionDocument> _known = new(Kept);

    internal Decisions(StepContext context) => _context = context;

    /// <summary>On the model's own test rows, from which it has not learned; <see langword="null"/> where there are not two classes, or too few rows.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<DecisionDocument?> OfTestRowsAsync(PipelineName pipeline, ModelVersion model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var key = $"{pipeline}/{model.Version}/{model.TrainKey}/{model.EvaluateKey}";
        var definition = await _context.Definitions.LoadAsync(pipeline, model.DefinitionHash, cancellation);
        if (_known.Find(key) is { } known || definition.Task != TaskKind.Binary)
        {
            return _known.Find(key);
        }

        var history = await HistoryRows.OpenAsync(_context, pipeline, model.AccumulateKey, cancellation);
        var rows = history.Rows(Part.Test);
        var labels = history.Labels(rows);
        if (!DecisionDocument.Speak(labels))
        {
            return null;
        }

        var learned = await TrainedModel.OpenAsync(_context, pipeline, model.TrainKey, cancellation);
        var scores = Predictions.Scores(learned, TransformApply.Apply(history.Transform, history.Table, rows), _context.Options);
        return _known.Keep(key, Document("test", null, model, definition, labels, scores));
    }

    /// <summary>On the labelled rows of a predicted file; <see langword="null"/> where it has too few, or there are not two classes.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="model">The model that predicted.</param>
    /// <param name="period">The file's period.</param>
    /// <param name="featurizeKey">Key of the step that holds its labels.</param>
    /// <param name="predictKey">Key of the step that holds its scores.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<DecisionDocument?> OfPeriodAsync(
        PipelineName pipeline, ModelVersion model, string period, string featurizeKey, string predictKey, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var key = $"{pipeline}/{featurizeKey}/{predictKey}/{model.Version}";
        if (_known.Find(key) is { } known)
        {
            return known;
        }

        var definition = await _context.Definitions.LoadAsync(pipeline, model.DefinitionHash, cancellation);
        var features = await _context.Runner.ReadRecordAsync(pipeline, featurizeKey, cancellation);
        if (definition.Task != TaskKind.Binary || features.Outputs.All(o => o.Name != FeaturizeStep.LabelsOutput))
        {
            return null;
        }

        var column = (await _context.OpenTableAsync(pipeline, featurizeKey, FeaturizeStep.LabelsOutput, cancellation)).Columns[0];
        var all = ((NumberColumn)(await _context.OpenTableAsync(pipeline, predictKey, PredictStep.ScoresOutput, cancellation)).Columns[0]).Values;
        var labels = new LabelValues(model.Classes).Read(column);
        int[] rows = [.. Enumerable.Range(0, labels.Length).Where(i => !double.IsNaN(labels[i]))];
        double[] labelled = [.. rows.Select(i => labels[i])];
        return DecisionDocument.Speak(labelled) ? _known.Keep(key, Document("period", period, model, definition, labelled, [.. rows.Select(i => all[i])])) : null;
    }

    private static DecisionDocument Document(string part, string? period, ModelVersion model, PipelineDefinition definition, double[] labels, double[] scores) => DecisionDocument.Of(
        part, period, model.Version, model.Classes is [_, var positive] ? positive : "1", model.Threshold, (definition.Output.FalsePositiveCost, definition.Output.FalseNegativeCost), labels, scores);
}
