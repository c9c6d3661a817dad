using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Backtest;

/// <summary>Asks how a period of the history comes out when it is predicted from what came before it.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="History">The files up to that period and no later one, in order.</param>
/// <param name="Period">The period: the last of these files, or a time inside the first.</param>
public sealed record BacktestInput(string RunId, string Pipeline, string DefinitionHash, IReadOnlyList<PinnedDrop> History, string Period);

/// <summary>How the period came out.</summary>
/// <param name="Period">The period; <see langword="null"/> where it has no labels, or what came before it is too little to learn from.</param>
public sealed record BacktestResult(BacktestedPeriod? Period) : StepResult;

/// <summary>
/// Predicts one labelled period of the history by models that learned from the rows before it alone, and measures them. It is a pure function of these rows: what
/// comes later changes nothing, so that the runs of later periods find it done. Output: <c>backtest.json</c>.
/// </summary>
public sealed class BacktestStep : Step<BacktestInput, BacktestResult>
{
    internal const string Name = "backtest";
    private const int Version = 1;

    /// <summary>About as many rows are learned from where the definition asks for no backtest: enough to tell two ways of learning apart, and of a known cost.</summary>
    internal const int MostRows = 20_000;

    private readonly StepContext _context;
    private readonly JoinStep _join;

    internal BacktestStep(StepContext context, JoinStep join) : base(Name)
    {
        _context = context;
        _join = join;
    }

    /// <summary>Whether a definition asks for backtests, of all rows.</summary>
    /// <param name="definition">The definition.</param>
    internal static bool IsAsked(PipelineDefinition definition) => definition.Time is not null || definition.History.Auto;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">History and period.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<BacktestResult> RunAsync(BacktestInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        // Both choices are made by what this step finds: they are no part of it.
        var isAsked = IsAsked(definition);
        definition = definition with { History = HistorySettings.All, Validation = definition.Validation with { Kind = ValidationKind.Holdout } };
        var ways = LearningWay.Of(await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation));
        var inputs = new Dictionary<string, string>
        {
            ["class weight"] = StepContext.Part(definition.ClassWeight),
            ["definition"] = StepContext.Part(new
            {
                definition.Task, definition.Label, definition.Id, definition.Categorical, definition.Categories, definition.Missing, definition.Split, definition.Validation.Refit,
                definition.Monitor.Hold, definition.Time,
            }),
            ["model"] = StepContext.Part(definition.Model),
            ["period"] = input.Period,
            ["ways"] = StepContext.Part(ways),
        };
        if (!isAsked)
        {
            inputs["rows"] = StepContext.Part(MostRows);
        }

        var keys = new List<(string Period, string Key)>();
        foreach (var drop in input.History)
        {
            var key = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, drop, input.History[0], cancellation);
            keys.Add((drop.Period, key));
            inputs[$"history {drop.Period}"] = await _context.HashAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
        }

        inputs["schema"] = await _context.HashAsync(pipeline, keys[0].Key, ValidateStep.SchemaOutput, cancellation);
        var spec = new StepSpec(pipeline, Name, Version, input.Period, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                FileSchema schema;
                await using (var stream = await _context.Runner.OpenAsync(pipeline, keys[0].Key, ValidateStep.SchemaOutput, stop))
                {
                    schema = FileSchema.Load(stream);
                }

                var period = await CutAsync(pipeline, definition, input.Period, keys, schema, stop) is { } cut
                    ? await InRoomAsync(() => PastPeriod.Predict(isAsked ? cut.History : cut.History.Sample(MostRows), cut.Period, cut.IsInside ? input.Period : keys[^1].Period, cut.IsInside, schema, definition, ways, _context.Options.EffectiveThreads, stop), stop)
                    : null;
                await work.WriteAsync("backtest.json", s => JsonSerializer.Serialize(s, period, ArtifactJson.Indented), stop);
                return new BacktestResult(period);
            },
            cancellation);
    }

    /// <summary>What came before the period, joined and split without a look at it, and the period's rows.</summary>
    private async Task<(AccumulatedHistory History, Table Period, bool IsInside)?> CutAsync(
        PipelineName pipeline, PipelineDefinition definition, string period, IReadOnlyList<(string Period, string Key)> keys, FileSchema schema, CancellationToken cancellation)
    {
        Task<Table> Open(string key) => _context.OpenTableAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
        if (keys.Count > 1)
        {
            var rows = await Open(keys[^1].Key);
            var ids = definition.Id is { } id ? Enumerable.Range(0, rows.RowCount).Select(row => rows[id].Text(row)!).ToHashSet(StringComparer.Ordinal) : null;
            return await JoinAsync([.. keys.SkipLast(1).Select(k => (k.Period, (Func<Task<Table>>)(() => Open(k.Key))))], schema, definition, ids) is { } joined ? (joined, rows, false) : null;
        }

        var file = await Open(keys[0].Key);
        if (definition.Time is not { } time || file.Find(time.Column) is not { } column)
        {
            return null;
        }

        var order = TimeOrder.Of(column, time);
        var at = order.Names.ToList().IndexOf(period);
        int[] RowsWhere(Func<int, bool> holds) => [.. Enumerable.Range(0, file.RowCount).Where(row => holds(order.PeriodOfRow[row]))];
        var before = file.TakeRows(RowsWhere(p => p < at));
        // What is one period was found from all times; those before must not find it anew.
        return await JoinAsync([(keys[0].Period, () => Task.FromResult(before))], schema, definition with { Time = time with { Unit = order.Unit } }, null) is { } history
            ? (history, file.TakeRows(RowsWhere(p => p == at)), true)
            : null;
    }

    // A history from which nothing can be learned is said to be one by the step that joins it for a training.
    private static async Task<AccumulatedHistory?> JoinAsync(
        IReadOnlyList<(string Period, Func<Task<Table>> Load)> drops, FileSchema schema, PipelineDefinition definition, IReadOnlySet<string>? ids)
    {
        try
        {
            return await History.BuildAsync(drops, schema, definition, ids);
        }
        catch (StepRefusedException)
        {
            return null;
        }
    }

    private async Task<BacktestedPeriod?> InRoomAsync(Func<BacktestedPeriod?> predict, CancellationToken cancellation)
    {
        var room = await _context.EnterTrainingAsync(cancellation);
        try
        {
            return predict();
        }
        finally
        {
            room.Release();
        }
    }
}
