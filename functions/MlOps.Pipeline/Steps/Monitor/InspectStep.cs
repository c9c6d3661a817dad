using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Looks for faults of a drop's data against the train rows of the history. It has no outputs but its result.</summary>
public sealed class InspectStep : Step<InspectInput, InspectResult>
{
    internal const string Name = "inspect";
    private const int Version = 4;

    private readonly StepContext _context;
    private readonly JoinStep _join;

    internal InspectStep(StepContext context, JoinStep join) : base(Name)
    {
        _context = context;
        _join = join;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">History and drop.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<InspectResult> RunAsync(InspectInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var tableKey = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, input.Drop, input.Initial, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var isOfPictures = (await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation)).Kind == PipelineKind.Image;
        var inputs = new Dictionary<string, string>
        {
            ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
            ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
            ["table"] = await _context.HashAsync(pipeline, tableKey, ValidateStep.TableOutput, cancellation),
            ["transform"] = history.Output(AccumulateStep.TransformOutput).Sha256,
        };
        if (isOfPictures)
        {
            inputs["kind"] = nameof(PipelineKind.Image);
        }

        var earlier = new List<string>();
        foreach (var file in SeasonalUnit.Witnesses(input.Drop.Period, (input.SameMonth ?? []).Select(f => f.Period), history.ResultOf<AccumulateResult>().Periods).Select(p => input.SameMonth!.Single(f => f.Period == p)))
        {
            earlier.Add(await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, file, input.Initial, cancellation));
            inputs[$"same month {file.Period}"] = await _context.HashAsync(pipeline, earlier[^1], ValidateStep.TableOutput, cancellation);
        }

        var spec = new StepSpec(pipeline, Name, Version, Period.Parse(input.Drop.Period).Value, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (_, stop) =>
            {
                var rows = await HistoryRows.OpenAsync(_context, pipeline, input.AccumulateKey, stop);
                var table = await _context.OpenTableAsync(pipeline, tableKey, ValidateStep.TableOutput, stop);
                // Each period has dates of its own, and one of a single day is not stuck.
                var features = FeaturesOf(rows.Transform).Where(f => rows.Table.Find(f.Name) is not { Kind: ColumnKind.Date }).ToList();
                var found = IncidentSearch.Find(
                    ColumnSample.Of(features, rows.Table, rows.Rows(Part.Train)), ColumnSample.Of(features, table, StepContext.AllRows(table.RowCount)), units: !isOfPictures);
                return new InspectResult(await WithoutSeasonsAsync(pipeline, found, table, earlier, stop));
            },
            cancellation);
    }

    private async Task<IReadOnlyList<DataIncident>> WithoutSeasonsAsync(
        PipelineName pipeline, IReadOnlyList<DataIncident> found, Table table, IReadOnlyList<string> earlier, CancellationToken cancellation)
    {
        var left = found;
        foreach (var key in left.Count == 0 ? [] : earlier)
        {
            var then = await _context.OpenTableAsync(pipeline, key, ValidateStep.TableOutput, cancellation);
            left = [.. left.Where(i => !SeasonalUnit.Explains(i, Whole(table, i.Column), Whole(then, i.Column)))];
        }

        return left;

        // Only numbers have a unit.
        static ColumnSample Whole(Table of, string column) => ColumnSample.Of(column, isNumber: true, of.Find(column), StepContext.AllRows(of.RowCount));
    }

    /// <summary>Columns of the file that a transform uses, and whether each is a number to it.</summary>
    internal static IReadOnlyList<(string Name, bool IsNumber)> FeaturesOf(Transform transform) =>
        [.. transform.Columns.Select(c => (c.Column, c.Encoding is ColumnEncoding.Number or ColumnEncoding.Date))];
}
