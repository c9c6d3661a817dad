using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>
/// Watches a period: drift of its columns against the rows that the predicting model learned from, drift of its scores against those of
/// the model's test rows, fairness between groups, and the metrics to be expected. Labels of the period are never read.
/// Output: <c>monitor.json</c> (<see cref="MonitorDocument"/>).
/// </summary>
public sealed class MonitorStep : Step<MonitorInput, MonitorResult>
{
    internal const string Name = "monitor";
    internal const string DocumentOutput = "monitor.json";
    private const int Version = 5;
    private const int Most = 10;

    private readonly StepContext _context;
    private readonly JoinStep _join;

    internal MonitorStep(StepContext context, JoinStep join) : base(Name)
    {
        _context = context;
        _join = join;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The model, its data, the drop and its predictions.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<MonitorResult> RunAsync(MonitorInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var tableKey = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, input.Drop, input.Initial, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var evaluation = (await _context.Runner.ReadRecordAsync(pipeline, input.EvaluateKey, cancellation)).ResultOf<EvaluateResult>();
        var inspection = (await _context.Runner.ReadRecordAsync(pipeline, input.InspectKey, cancellation)).ResultOf<InspectResult>();
        var inputs = new Dictionary<string, string>
        {
            ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
            ["incidents"] = StepContext.Part(inspection.Incidents),
            ["model"] = await TrainedModel.HashAsync(_context, pipeline, input.TrainKey, cancellation),
            ["scores"] = await _context.HashAsync(pipeline, input.PredictKey, PredictStep.ScoresOutput, cancellation),
            ["settings"] = StepContext.Part(new { definition.Task, definition.Monitor, evaluation.Classes, evaluation.Threshold }),
            ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
            ["table"] = await _context.HashAsync(pipeline, tableKey, ValidateStep.TableOutput, cancellation),
            ["transform"] = history.Output(AccumulateStep.TransformOutput).Sha256,
        };
        if (definition.Kind == PipelineKind.Image)
        {
            inputs["kind"] = nameof(PipelineKind.Image);
        }

        var spec = new StepSpec(pipeline, Name, Version, Period.Parse(input.Drop.Period).Value, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var periods = history.ResultOf<AccumulateResult>().Periods;
                var document = await WatchAsync(input, pipeline, definition, tableKey, periods, evaluation, inspection.Incidents, stop);
                await work.WriteAsync(DocumentOutput, s => JsonSerializer.Serialize(s, document, ArtifactJson.Indented), stop);
                return new MonitorResult(
                    document.HasDrift,
                    [.. document.Scores.Concat(document.Columns).Where(c => c.Drifted).Select(c => c.Column).Take(Most)],
                    document.Columns.Count,
                    document.Incidents,
                    [.. document.Alerts.Take(Most)],
                    document.Estimated?.Metrics ?? new Dictionary<string, double>());
            },
            cancellation);
    }

    private async Task<MonitorDocument> WatchAsync(
        MonitorInput input, PipelineName pipeline, PipelineDefinition definition, string tableKey, IReadOnlyList<string> periods,
        EvaluateResult evaluation, IReadOnlyList<DataIncident> incidents, CancellationToken cancellation)
    {
        var history = await HistoryRows.OpenAsync(_context, pipeline, input.AccumulateKey, cancellation);
        var table = await _context.OpenTableAsync(pipeline, tableKey, ValidateStep.TableOutput, cancellation);
        var model = await TrainedModel.OpenAsync(_context, pipeline, input.TrainKey, cancellation);
        var scores = ((NumberColumn)(await _context.OpenTableAsync(pipeline, input.PredictKey, PredictStep.ScoresOutput, cancellation)).Columns[0]).Values;
        var testRows = history.Rows(Part.Test);
        var testScores = Predictions.Scores(model, TransformApply.Apply(history.Transform, history.Table, testRows), _context.Options);
        var test = new WatchedRows("test", history.Table, testRows, testScores, history.Labels(testRows));
        var period = new WatchedRows("period", table, StepContext.AllRows(table.RowCount), scores, null);

        var trainRows = history.Rows(Part.Train);
        var names = ScoreNames(definition, evaluation);
        ColumnDrift[] compared =
        [
            .. Columns(InspectStep.FeaturesOf(history.Transform), history.Table, trainRows, table, period.Rows, ColumnGain.Of(model, history.Transform).ToDictionary(g => g.Column, g => g.Share, StringComparer.Ordinal), cancellation),
            .. names.Select((name, k) => ColumnComparison.Compare(test.ScoreSample(name, k, names.Count), period.ScoreSample(name, k, names.Count), "score", 1)),
        ];
        var broken = incidents.Select(i => i.Column).ToHashSet(StringComparer.Ordinal);
        var (judged, tests) = PeriodComparison.Judge(compared, broken, definition.Monitor);
        var isBinary = definition.Task == TaskKind.Binary;
        var fairness = isBinary ? GroupComparison.Of(definition.Monitor.Groups ?? [], [test, period], evaluation.Threshold) : [];
        return new MonitorDocument(
            input.Drop.Period, periods, trainRows.Length, table.RowCount, definition.Monitor.Level, tests, PeriodComparison.Correction.ToString(),
            judged.Any(c => c.Drifted),
            [.. judged.Where(c => c.Kind != "score")],
            [.. judged.Where(c => c.Kind == "score")],
            incidents, fairness,
            isBinary ? QualityEstimate.Of(test.Labels!, test.Scores, scores, evaluation.Threshold) : null,
            MonitorAlerts.Of(judged, incidents, fairness, definition.Monitor, definition.Kind == PipelineKind.Image));
    }

    private IEnumerable<ColumnDrift> Columns(
        IReadOnlyList<(string Name, bool IsNumber)> features, Table reference, int[] referenceRows, Table current, int[] currentRows,
        IReadOnlyDictionary<string, double> importance, CancellationToken cancellation)
    {
        var compared = new ColumnDrift[features.Count];
        // A column's numbers depend on nothing but the column, so the number of threads does not matter.
        Parallel.For(0, features.Count, new ParallelOptions { MaxDegreeOfParallelism = _context.Options.EffectiveThreads, CancellationToken = cancellation }, i =>
        {
            var (name, isNumber) = features[i];
            if (reference.Find(name) is { Kind: ColumnKind.Date })
            {
                compared[i] = ColumnComparison.OfDate(name, importance.GetValueOrDefault(name));
                return;
            }

            compared[i] = ColumnComparison.Compare(
                ColumnSample.Of(name, isNumber, reference.Find(name), referenceRows), ColumnSample.Of(name, isNumber, current.Find(name), currentRows),
                isNumber ? "number" : "category", importance.GetValueOrDefault(name));
        });
        return compared;
    }

    private static IReadOnlyList<string> ScoreNames(PipelineDefinition definition, EvaluateResult evaluation) =>
        definition.Task == TaskKind.Multiclass ? [.. evaluation.Classes.Select(c => $"score of {c}")] : ["score"];
}
