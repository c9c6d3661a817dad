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
/// the model's test rows, each of them beside the same month of earlier years too where there is one; fairness between groups, and the metrics to be expected.
/// Labels of the period are never read.
/// Output: <c>monitor.json</c> (<see cref="MonitorDocument"/>).
/// </summary>
public sealed class MonitorStep : Step<MonitorInput, MonitorResult>
{
    internal const string Name = "monitor";
    internal const string DocumentOutput = "monitor.json";
    private const int Version = 6;
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

        var accumulated = history.ResultOf<AccumulateResult>();
        if (accumulated.RowsOfPeriods is { } rowsOfPeriods)
        {
            inputs["periods"] = StepContext.Part(accumulated.Periods.Zip(rowsOfPeriods, (of, rows) => $"{of} {rows}"));
        }

        var earlier = new List<(string Period, string Key)>();
        foreach (var file in input.SameMonth ?? [])
        {
            var key = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, file, input.Initial, cancellation);
            earlier.Add((file.Period, key));
            inputs[$"same month {file.Period}"] = await _context.HashAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
        }

        if (definition.Time is { } time)
        {
            // The months of the first file.
            var key = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, input.Initial, input.Initial, cancellation);
            earlier.Add((input.Initial.Period, key));
            inputs["time"] = StepContext.Part(time);
            inputs["first file"] = await _context.HashAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
        }

        var spec = new StepSpec(pipeline, Name, Version, Period.Parse(input.Drop.Period).Value, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var document = await WatchAsync(input, pipeline, definition, tableKey, accumulated, earlier, evaluation, inspection.Incidents, stop);
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
        MonitorInput input, PipelineName pipeline, PipelineDefinition definition, string tableKey, AccumulateResult accumulated,
        IReadOnlyList<(string Period, string Key)> earlierKeys, EvaluateResult evaluation, IReadOnlyList<DataIncident> incidents, CancellationToken cancellation)
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
        var places = EarlierMonth.Places(accumulated);
        var months = await MonthsAsync(pipeline, definition, earlierKeys, history, places, table, cancellation);
        var names = ScoreNames(definition, evaluation);
        var features = InspectStep.FeaturesOf(history.Transform);
        var moving = features.Where(f => f.IsNumber && (history.Table.Find(f.Name) is { Kind: ColumnKind.Date } || MovesByItself.Of(history.Table.Find(f.Name), places, table.Find(f.Name), input.Drop.Period) is not null)).Select(f => f.Name).ToHashSet(StringComparer.Ordinal);
        var monthScores = months.Select(m => m.Scores(model, history.Transform, table, moving, _context.Options)).ToArray();
        (ColumnDrift Drift, IReadOnlyList<EarlierComparison> Earlier)[] compared =
        [
            .. Columns(features, history.Table, trainRows, places, table, period.Rows, input.Drop.Period, months, ColumnGain.Of(model, history.Transform).ToDictionary(g => g.Column, g => g.Share, StringComparer.Ordinal), cancellation),
            .. names.Select((name, k) =>
            {
                var now = period.ScoreSample(name, k, names.Count);
                return (ColumnComparison.Compare(test.ScoreSample(name, k, names.Count), now, "score", 1),
                    (IReadOnlyList<EarlierComparison>)[.. months.Zip(monthScores, (m, s) => new EarlierComparison(m.Year, ColumnComparison.Compare(WatchedRows.ScoreSample(name, s, k, names.Count), now, "score", 1)))]);
            }),
        ];
        var broken = incidents.Select(i => i.Column).ToHashSet(StringComparer.Ordinal);
        var (judged, tests) = PeriodComparison.Judge([.. compared.Select(c => c.Drift)], broken, definition.Monitor, [.. compared.Select(c => c.Earlier)]);
        var isBinary = definition.Task == TaskKind.Binary;
        var fairness = isBinary ? GroupComparison.Of(definition.Monitor.Groups ?? [], [test, period], evaluation.Threshold) : [];
        return new MonitorDocument(
            input.Drop.Period, accumulated.Periods, trainRows.Length, table.RowCount, definition.Monitor.Level, tests, PeriodComparison.Correction.ToString(),
            judged.Any(c => c.Drifted),
            [.. judged.Where(c => c.Kind != "score")],
            [.. judged.Where(c => c.Kind == "score")],
            incidents, fairness,
            isBinary ? QualityEstimate.Of(test.Labels!, test.Scores, scores, evaluation.Threshold) : null,
            MonitorAlerts.Of(judged, incidents, fairness, definition.Monitor, definition.Kind == PipelineKind.Image)) { EarlierYears = months.Count == 0 ? null : [.. months.Select(m => m.Year)] };
    }

    // The same month of earlier years, the years in order.
    private async Task<IReadOnlyList<EarlierMonth>> MonthsAsync(
        PipelineName pipeline, PipelineDefinition definition, IReadOnlyList<(string Period, string Key)> keys, HistoryRows history, IReadOnlyDictionary<string, Range> places,
        Table current, CancellationToken cancellation)
    {
        var files = new List<(int Year, (Table, int[]) File, (Table, int[]) Scored)>();
        foreach (var (name, key) in keys)
        {
            var table = await _context.OpenTableAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
            if (Period.Parse(name).Date is { } day)
            {
                var all = (table, StepContext.AllRows(table.RowCount));
                files.Add((day.Year, all, places.TryGetValue(name, out var place) ? (history.Table, EarlierMonth.TestRows(history, place)) : all));
            }
            else
            {
                files.AddRange(EarlierMonth.Inside(table, current, definition.Time!).Select(m => (m.Year, (table, m.Rows), EarlierMonth.TestRowsInside(history, places, table, definition.Time!, m.Rows))));
            }
        }

        return [.. files.GroupBy(f => f.Year).OrderBy(g => g.Key).Select(g => new EarlierMonth(g.Key, [.. g.Select(f => f.File)], [.. g.Select(f => f.Scored)]))];
    }

    private IEnumerable<(ColumnDrift Drift, IReadOnlyList<EarlierComparison> Earlier)> Columns(
        IReadOnlyList<(string Name, bool IsNumber)> features, Table reference, int[] referenceRows, IReadOnlyDictionary<string, Range> places, Table current, int[] currentRows,
        string period, IReadOnlyList<EarlierMonth> months, IReadOnlyDictionary<string, double> importance, CancellationToken cancellation)
    {
        var compared = new (ColumnDrift, IReadOnlyList<EarlierComparison>)[features.Count];
        // A column's numbers depend on nothing but the column, so the number of threads does not matter.
        Parallel.For(0, features.Count, new ParallelOptions { MaxDegreeOfParallelism = _context.Options.EffectiveThreads, CancellationToken = cancellation }, i =>
        {
            var (name, isNumber) = features[i];
            if (reference.Find(name) is { Kind: ColumnKind.Date })
            {
                compared[i] = (ColumnComparison.OfDate(name, importance.GetValueOrDefault(name)), []);
                return;
            }

            if (isNumber && MovesByItself.Of(reference.Find(name), places, current.Find(name), period) is { } why)
            {
                compared[i] = (ColumnComparison.NotCompared(name, importance.GetValueOrDefault(name), why), []);
                return;
            }

            var (kind, share) = (isNumber ? "number" : "category", importance.GetValueOrDefault(name));
            var (learned, now) = (ColumnSample.Of(name, isNumber, reference.Find(name), referenceRows), ColumnSample.Of(name, isNumber, current.Find(name), currentRows));
            // A month whose file was at fault in the column says nothing of its season, unless the period is like it: one of the two is no fault then.
            compared[i] = (
                ColumnComparison.Compare(learned, now, kind, share),
                [.. months.Select(m => (m.Year, Then: m.Sample(name, isNumber))).Where(m => IncidentSearch.Find([learned], [m.Then]).Count == 0 || IncidentSearch.Find([m.Then], [now]).Count == 0).Select(m => new EarlierComparison(m.Year, ColumnComparison.Compare(m.Then, now, kind, share)))]);
        });
        return compared;
    }

    private static IReadOnlyList<string> ScoreNames(PipelineDefinition definition, EvaluateResult evaluation) =>
        definition.Task == TaskKind.Multiclass ? [.. evaluation.Classes.Select(c => $"score of {c}")] : ["score"];
}
