using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>What is to be seen of one model, from the outputs of the steps that made it: its quality on its rows, and the columns that it goes by. Kept once read, since neither changes.</summary>
public sealed class ModelLooks
{
    private const int Kept = 200;

    private readonly StepContext _context;
    private readonly UnchangingDocuments<EvaluationDocument> _evaluations = new(Kept);
    private readonly UnchangingDocuments<IReadOnlyList<ColumnGain>> _gains = new(Kept);

    internal ModelLooks(StepContext context) => _context = context;

    /// <summary>Curves, intervals and confusion on the model's test rows.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<EvaluationDocument> EvaluationAsync(PipelineName pipeline, ModelVersion model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var key = $"{pipeline}/{model.EvaluateKey}";
        return _evaluations.Find(key)
            ?? _evaluations.Keep(key, await _context.OpenJsonAsync<EvaluationDocument>(pipeline, model.EvaluateKey, EvaluateStep.DocumentOutput, cancellation))!;
    }

    /// <summary>Share of its gain by column, the largest first.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="model">The model.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<ColumnGain>> GainAsync(PipelineName pipeline, ModelVersion model, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var key = $"{pipeline}/{model.AccumulateKey}/{model.TrainKey}";
        if (_gains.Find(key) is { } known)
        {
            return known;
        }

        await using var json = await _context.Runner.OpenAsync(pipeline, model.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var gain = ColumnGain.Of(await TrainedModel.OpenAsync(_context, pipeline, model.TrainKey, cancellation), Transform.Load(json));
        return _gains.Keep(key, [.. gain.OrderByDescending(g => g.Share).ThenBy(g => g.Column, StringComparer.Ordinal)])!;
    }
}
