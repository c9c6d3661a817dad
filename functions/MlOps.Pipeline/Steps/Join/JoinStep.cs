using System.Globalization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Join;

/// <summary>
/// Joins a drop's validated rows with the side tables, as of each row's time. Outputs as a validation's: <c>table.bin</c> (the drop's columns and behind
/// them those of the sources), <c>ids.bin</c>, <c>schema.json</c>. Whoever needs a drop's rows asks here; of a definition without sources it gets the
/// validation's own.
/// </summary>
public sealed class JoinStep : Step<JoinInput, JoinResult>
{
    internal const string Name = "join";
    private const int Version = 1;

    private readonly StepContext _context;
    private readonly ValidateStep _validate;
    private readonly SideStep _side;

    internal JoinStep(StepContext context, ValidateStep validate, SideStep side) : base(Name)
    {
        _context = context;
        _validate = validate;
        _side = side;
    }

    /// <summary>Key of the step that holds the rows of an accepted drop, normally found done.</summary>
    internal async Task<string> TableKeyAsync(
        string runId, PipelineName pipeline, string definitionHash, PinnedDrop drop, PinnedDrop initial, CancellationToken cancellation)
    {
        var definition = await _context.Definitions.LoadAsync(pipeline, definitionHash, cancellation);
        return definition.Sources is null
            ? await _validate.TableKeyAsync(runId, pipeline, definitionHash, drop, initial, cancellation)
            : (await RunAsync(new JoinInput(runId, pipeline.Value, definitionHash, drop, initial), cancellation)).RequireKey();
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The drop.</param>
    /// <param name="cancellation">Stops the step.</param>
    /// <exception cref="StepRefusedException">A file does not fit the definition any more, or its rows say no time.</exception>
    public override async Task<JoinResult> RunAsync(JoinInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var tableKey = await _validate.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, input.Drop, input.Initial, cancellation);
        var validated = await _context.Runner.ReadRecordAsync(pipeline, tableKey, cancellation);
        var sources = definition.Sources ?? [];
        var inputs = new Dictionary<string, string>
        {
            ["definition"] = StepContext.Part(new { Sources = sources.Select(s => s with { Required = false }), definition.Time }),
            ["ids"] = validated.Output(ValidateStep.IdsOutput).Sha256,
            ["period"] = input.Drop.Period,
            ["schema"] = validated.Output(ValidateStep.SchemaOutput).Sha256,
            ["table"] = validated.Output(ValidateStep.TableOutput).Sha256,
        };
        if (input.KnownAt is { } knownAt)
        {
            inputs["known at"] = knownAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
        }

        var sides = new List<(PinnedSide File, string Key)>();
        foreach (var file in (input.Drop.Sides ?? []).Where(f => sources.Any(s => s.Name == f.Source)))
        {
            var key = await SideKeyAsync(input, file, cancellation);
            sides.Add((file, key));
            inputs[$"side {file.Source} {file.Period}"] = await _context.HashAsync(pipeline, key, SideStep.TableOutput, cancellation);
        }

        var spec = new StepSpec(pipeline, Name, Version, Period.Parse(input.Drop.Period).Value, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(spec, (work, stop) => WorkAsync(input, pipeline, definition, tableKey, sides, work, stop), cancellation);
    }

    private async Task<string> SideKeyAsync(JoinInput input, PinnedSide file, CancellationToken cancellation)
    {
        var result = await _side.RunAsync(new SideInput(input.RunId, input.Pipeline, input.DefinitionHash, file), cancellation);
        return result.Accepted
            ? result.RequireKey()
            : throw new StepRefusedException(Sentence.Of(
                "join-side-fits-no-more", ("file", file.BlobName), ("revision", file.Revision), ("problem", (object?)result.Errors[0].Said ?? result.Errors[0].Message)));
    }

    private async Task<JoinResult> WorkAsync(
        JoinInput input, PipelineName pipeline, PipelineDefinition definition, string tableKey, IReadOnlyList<(PinnedSide File, string Key)> sides, StepWork work, CancellationToken cancellation)
    {
        var table = await _context.OpenTableAsync(pipeline, tableKey, ValidateStep.TableOutput, cancellation);
        var asOf = RowTimes.Of(table, definition, input.Drop);
        var added = new List<Column>();
        foreach (var source in definition.Sources ?? [])
        {
            var files = new List<SideRows> { Nothing(source) };
            foreach (var (file, key) in sides.Where(s => s.File.Source == source.Name))
            {
                files.Add(Rows(source, file, await _context.OpenTableAsync(pipeline, key, SideStep.TableOutput, cancellation)));
            }

            added.AddRange(new AsOfTable(files, _context.Options.EffectiveThreads).Join(
                table[definition.Id!], asOf, KnownAt(source, input, asOf), [.. source.Aggregates.Select(a => a.ToAggregate())], _context.Options.EffectiveThreads));
        }

        if (added.FirstOrDefault(c => table.Find(c.Name) is not null) is { } taken)
        {
            throw new StepRefusedException(Sentence.Of("join-taken", ("file", input.Drop.BlobName), ("column", taken.Name)));
        }

        FileSchema schema;
        await using (var stream = await _context.Runner.OpenAsync(pipeline, tableKey, ValidateStep.SchemaOutput, cancellation))
        {
            schema = FileSchema.Load(stream);
        }

        var ids = await _context.OpenTableAsync(pipeline, tableKey, ValidateStep.IdsOutput, cancellation);
        await work.WriteAsync(ValidateStep.TableOutput, new Table([.. table.Columns, .. added], table.LineNumbers, table.RowCount).Save, cancellation);
        await work.WriteAsync(ValidateStep.IdsOutput, ids.Save, cancellation);
        await work.WriteAsync(ValidateStep.SchemaOutput, (schema with { Columns = [.. schema.Columns, .. added.Select(Described)] }).Save, cancellation);
        var untimed = asOf.Count(double.IsNaN);
        return new JoinResult(
            table.RowCount, [.. added.Select(c => c.Name)],
            untimed == 0 ? [] : [Finding.Of(Sentence.Of("join-untimed", ("rows", untimed), ("file", input.Drop.BlobName)), definition.Time?.Column)]);
    }

    // Where rows say themselves since when they were known, that is held against the time of the row that asks; where their files say it, against the day
    // of the drop, which is when it is predicted.
    private static double[] KnownAt(SourceSettings source, JoinInput input, double[] asOf)
    {
        if (input.KnownAt is { } limit)
        {
            return Array.ConvertAll(asOf, _ => (limit - DateTimeOffset.UnixEpoch).TotalSeconds);
        }

        var day = RowTimes.Start(Period.Parse(input.Drop.Period));
        return source.Arrival is not null || double.IsNaN(day) ? asOf : Array.ConvertAll(asOf, time => Math.Max(time, day));
    }

    private static SchemaColumn Described(Column column)
    {
        var described = new SchemaColumn(column.Name, column.Kind, ColumnRole.Feature);
        if (column is not NumberColumn numbers)
        {
            return described;
        }

        var (least, most) = NumberRange.Of(numbers.Values);
        return described with { Minimum = least, Maximum = most };
    }

    // A row of a file is known from the day of the file on, unless it says of itself since when; one of the history as soon as it took place.
    private static SideRows Rows(SourceSettings source, PinnedSide file, Table table)
    {
        var day = RowTimes.Start(Period.Parse(file.Period));
        double[] known = source.Arrival is { } arrival
            ? Array.ConvertAll(((NumberColumn)table[arrival]).Values, value => double.IsNaN(value) ? day : value)
            : [.. Enumerable.Repeat(day, table.RowCount)];
        return new SideRows((TextColumn)table[source.Key], ((NumberColumn)table[source.Time]).Values, known, table.Select(source.Columns));
    }

    // A source without files has columns all the same, of the kinds that the definition says.
    private static SideRows Nothing(SourceSettings source) => new(
        new TextColumn(source.Key, [], []), [], [],
        new Table([.. source.Columns.Select(c => source.IsText(c) ? (Column)new TextColumn(c, [], []) : new NumberColumn(c, []))], rowCount: 0));
}
