using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>
/// Joins the history, splits it and fits the transform on the rows that the model learns from. Outputs: <c>history.bin</c>,
/// <c>split.bin</c> (one byte a row: 0 train, 1 valid, 2 test), <c>folds.bin</c> where folds validate (one byte a row: the fold, 255 for
/// a test row), <c>weights.bin</c> where older rows weigh less, <c>transform.json</c>, <c>schema.json</c>.
/// </summary>
public sealed class AccumulateStep : Step<AccumulateInput, AccumulateResult>
{
    internal const string Name = "accumulate";
    internal const string HistoryOutput = "history.bin";
    internal const string SplitOutput = "split.bin";
    internal const string FoldsOutput = "folds.bin";
    internal const string WeightsOutput = "weights.bin";
    internal const string TransformOutput = "transform.json";
    internal const string SchemaOutput = "schema.json";
    private const int Version = 6;

    private readonly StepContext _context;
    private readonly JoinStep _join;
    private readonly IRollingBacktest _rolling;

    internal AccumulateStep(StepContext context, JoinStep join, IRollingBacktest rolling) : base(Name)
    {
        _context = context;
        _join = join;
        _rolling = rolling;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">History and drop.</param>
    /// <param name="cancellation">Stops the step.</param>
    /// <exception cref="StepRefusedException">The history cannot be learned from.</exception>
    public override async Task<AccumulateResult> RunAsync(AccumulateInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var initial = input.History.FirstOrDefault(h => Period.Parse(h.Period).IsInitial)
            ?? throw new ArgumentException("The history has no initial drop.", nameof(input));
        var inputs = new Dictionary<string, string>
        {
            ["definition"] = StepContext.Part(new
            {
                definition.Task, definition.Label, definition.Id, definition.Categorical, definition.Categories, definition.Missing, definition.Split, definition.Validation, definition.Monitor.Hold,
            }),
        };
        var keys = new List<(string Period, string Key)>();
        foreach (var drop in input.History.OrderBy(h => Period.Parse(h.Period)))
        {
            var key = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, drop, initial, cancellation);
            keys.Add((drop.Period, key));
            inputs[$"history {drop.Period}"] = await _context.HashAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
        }

        if (definition.Schema.Policy == SchemaPolicy.Add)
        {
            inputs["added columns"] = "join the features";
        }

        inputs["schema"] = await _context.HashAsync(pipeline, keys[0].Key, ValidateStep.SchemaOutput, cancellation);
        // Only histories with a month twice can be made otherwise than by programs that knew no seasons; the others keep their keys.
        if (definition.Monitor.Hold && keys.Where(k => Period.Parse(k.Period).Date is not null).GroupBy(k => k.Period[4..6]).Any(g => g.DistinctBy(k => k.Period[..4]).Skip(1).Any()))
        {
            inputs["same months"] = "tell a season from a unit";
        }

        var scoreKey = definition.Id is null
            ? null
            : await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, input.Score, initial, cancellation);
        inputs["ids to predict"] = scoreKey is null ? "none" : await _context.HashAsync(pipeline, scoreKey, ValidateStep.IdsOutput, cancellation);
        if (definition.Time is { } time)
        {
            inputs["time"] = StepContext.Part(time);
        }

        var rolling = await _rolling.RunAsync(input, cancellation);
        if (rolling is not null)
        {
            inputs["backtests"] = ContentHash.OfJson(rolling);
            definition = definition with { Validation = definition.Validation with { Kind = rolling.Way.Validation }, History = rolling.Way.History };
        }
        else if (definition.History.Auto)
        {
            definition = definition with { History = HistorySettings.All };
        }

        if (definition.History != HistorySettings.All)
        {
            inputs["how much history"] = definition.History.ToString();
        }

        var spec = new StepSpec(pipeline, Name, Version, Period.Parse(input.Period).Value, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec, async (work, stop) => await WorkAsync(pipeline, definition, keys, scoreKey, work, stop) with { RollingBacktest = rolling }, cancellation);
    }

    private async Task<AccumulateResult> WorkAsync(
        PipelineName pipeline, PipelineDefinition definition, IReadOnlyList<(string Period, string Key)> keys, string? scoreKey, StepWork work, CancellationToken cancellation)
    {
        FileSchema schema;
        await using (var stream = await _context.Runner.OpenAsync(pipeline, keys[0].Key, ValidateStep.SchemaOutput, cancellation))
        {
            schema = FileSchema.Load(stream);
        }

        var scoreIds = scoreKey is null ? null : await IdsAsync(pipeline, scoreKey, cancellation);
        var drops = keys.Select(k => (k.Period, (Func<Task<Table>>)(() =>
            _context.OpenTableAsync(pipeline, k.Key, ValidateStep.TableOutput, cancellation)))).ToList();
        if (definition.Schema.Policy == SchemaPolicy.Add)
        {
            schema = await WithAddedAsync(drops, schema, definition);
        }

        var history = await History.BuildAsync(drops, schema, definition, scoreIds);
        // A drop that is held out of training brings no features.
        schema = schema with { Columns = [.. schema.Columns.Where(c => c.Role != ColumnRole.Feature || history.Table.Find(c.Name) is not null)] };
        var transform = TransformFit.Fit(history.Table, Learned(history, definition), schema.Features(), definition);
        if (transform.FeatureNames().Count == 0)
        {
            throw new StepRefusedException(Sentence.Of("no-usable-column", ("columns", Sentences.List([.. schema.Features().Take(5).Select(name => Sentence.Of("column-one-value", ("column", name)))]))));
        }

        await work.WriteAsync(HistoryOutput, history.Table.Save, cancellation);
        await work.WriteAsync(SplitOutput, s => s.Write([.. history.Parts.Select(p => (byte)p)]), cancellation);
        if (history.Folds is { } folds)
        {
            await work.WriteAsync(FoldsOutput, s => s.Write(folds), cancellation);
        }

        if (history.Weights(definition.History.Decay) is { } weights)
        {
            await work.WriteAsync(WeightsOutput, new Table([new NumberColumn("weight", weights)], rowCount: weights.Length).Save, cancellation);
        }

        await work.WriteAsync(TransformOutput, transform.Save, cancellation);
        await work.WriteAsync(SchemaOutput, schema.Save, cancellation);
        return new AccumulateResult(
            history.Parts.Length,
            history.Parts.Count(p => p == Part.Train), history.Parts.Count(p => p == Part.Valid), history.Parts.Count(p => p == Part.Test),
            history.Periods,
            history.Findings,
            history.RowsOfPeriods);
    }

    // Categories that only valid rows have are features where the model learns from those rows in the end.
    private static int[] Learned(AccumulatedHistory history, PipelineDefinition definition) =>
        definition.Validation.Refit || history.Folds is not null
            ? HistoryRows.Of(history.Parts, Part.Train, Part.Valid)
            : HistoryRows.Of(history.Parts, Part.Train);

    /// <summary>Columns that labelled periods brought join the features behind the history's, in order of appearance.</summary>
    private static async Task<FileSchema> WithAddedAsync(
        IReadOnlyList<(string Period, Func<Task<Table>> Load)> drops, FileSchema schema, PipelineDefinition definition)
    {
        var columns = schema.Columns.ToList();
        foreach (var (_, load) in drops)
        {
            var table = await load();
            if (table.Find(definition.Label) is not null)
            {
                columns.AddRange(table.Columns.Where(c => columns.All(k => k.Name != c.Name)).Select(c => new SchemaColumn(c.Name, c.Kind, ColumnRole.Feature)));
            }
        }

        return schema with { Columns = columns };
    }

    private async Task<HashSet<string>> IdsAsync(PipelineName pipeline, string key, CancellationToken cancellation)
    {
        var ids = (await _context.OpenTableAsync(pipeline, key, ValidateStep.IdsOutput, cancellation)).Columns[0];
        var set = new HashSet<string>(ids.RowCount, StringComparer.Ordinal);
        for (var row = 0; row < ids.RowCount; row++)
        {
            set.Add(ids.Text(row)!);
        }

        return set;
    }
}
