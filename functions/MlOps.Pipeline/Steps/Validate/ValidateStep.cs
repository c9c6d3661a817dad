using System.Text;
using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Pictures;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>
/// Judges a drop. Outputs of an accepted one: <c>table.bin</c> (used columns), <c>ids.bin</c>, <c>schema.json</c>,
/// <c>learned.json</c> (what its values look like), <c>warnings.json</c>, <c>quarantine.csv</c> where rows could not be used, and <c>rescued.csv</c>
/// where cells are kept beside the table; of a refused one: <c>errors.json</c>, <c>warnings.json</c>.
/// </summary>
public sealed class ValidateStep : Step<ValidateInput, ValidateResult>
{
    internal const string Name = "validate";
    internal const string TableOutput = "table.bin";
    internal const string IdsOutput = "ids.bin";
    internal const string SchemaOutput = "schema.json";
    internal const string ErrorsOutput = "errors.json";
    internal const string QuarantineOutput = "quarantine.csv";
    internal const string LearnedOutput = "learned.json";
    internal const string RescuedOutput = "rescued.csv";
    private const int Version = 12;
    private const int Shown = 20;

    private readonly StepContext _context;
    private readonly PicturesStep _pictures;

    internal ValidateStep(StepContext context, PicturesStep pictures) : base(Name)
    {
        _context = context;
        _pictures = pictures;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The drop.</param>
    /// <param name="cancellation">Stops the step.</param>
    /// <exception cref="StepRefusedException">The history does not fit the definition that the period's run is pinned to.</exception>
    public override async Task<ValidateResult> RunAsync(ValidateInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Drop.Pipeline);
        var period = Period.Parse(input.Drop.Period);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var (historyKey, historyHash) = await HistoryAsync(input, pipeline, cancellation);
        var inputs = new Dictionary<string, string>
        {
            ["definition"] = StepContext.Part(new
            {
                definition.Task, definition.Label, definition.Positive, definition.Id, definition.Features, definition.Exclude,
                definition.Categorical, definition.Csv, definition.Quarantine, definition.Schema, definition.EditedSchema, definition.Split.Group,
            }),
            ["file"] = input.Sha256,
            ["history"] = historyHash,
        };
        if (input.Initial is null)
        {
            // What is said of a history that is too small to be divided, or to be split.
            inputs["parts"] = StepContext.Part(new { definition.Split, definition.Validation, Leaf = definition.Model.GetValueOrDefault("min_data_in_leaf") });
        }

        if (definition.TimeIsNoFeature)
        {
            inputs["time"] = definition.Time!.Column;
        }

        if (definition.GroupColumns.Count > 0)
        {
            inputs["groups"] = StepContext.Part(definition.GroupColumns);
        }

        // Pictures become a table first, from where on all is the same.
        var pictures = definition.Kind == PipelineKind.Image
            ? await _pictures.RunAsync(new PicturesInput(input.RunId, input.DefinitionHash, input.Drop, input.Sha256), cancellation) : null;
        if (pictures is not null)
        {
            inputs["pictures"] = pictures.RequireKey();
        }

        var spec = new StepSpec(pipeline, Name, Version, period.Value, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec, (work, stop) => WorkAsync(input, pipeline, definition, historyKey, pictures, spec.Key, work, stop), cancellation);
    }

    /// <summary>Validates an accepted drop of the history again (normally found done) and returns the key of its table.</summary>
    internal async Task<string> TableKeyAsync(
        string runId, PipelineName pipeline, string definitionHash, PinnedDrop drop, PinnedDrop initial, CancellationToken cancellation)
    {
        var reference = new DropReference(pipeline.Value, drop.Period, drop.BlobName, drop.ETag);
        var isInitial = Period.Parse(drop.Period).IsInitial;
        var result = await RunAsync(
            new ValidateInput(runId, definitionHash, reference, drop.Sha256, isInitial ? null : initial), cancellation);
        return result.Accepted
            ? result.RequireKey()
            : throw new StepRefusedException(
                Sentence.Of("fits-no-more", ("file", drop.BlobName), ("revision", drop.Revision), ("problem", (object?)result.Errors[0].Said ?? result.Errors[0].Message), ("pipeline", pipeline)));
    }

    /// <summary>What the values of an accepted drop look like; damaged bytes are made anew.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="key">Key of the drop's validation.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="InvalidDataException">It is gone and cannot be made anew.</exception>
    public async Task<TableSchema> LearnedSchemaAsync(PipelineName pipeline, string key, CancellationToken cancellation = default)
    {
        await using var learned = await _context.Runner.OpenAsync(pipeline, key, LearnedOutput, cancellation);
        using var reader = new StreamReader(learned);
        return TableSchema.Parse(await reader.ReadToEndAsync(cancellation));
    }

    private async Task<(string? Key, string Hash)> HistoryAsync(ValidateInput input, PipelineName pipeline, CancellationToken cancellation)
    {
        if (input.Initial is not { } initial)
        {
            return (null, "none");
        }

        var key = await TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, initial, initial, cancellation);
        var record = await _context.Runner.ReadRecordAsync(pipeline, key, cancellation);
        return (key, string.Join(' ', ((string[])[SchemaOutput, LearnedOutput, IdsOutput]).Select(o => record.Output(o).Sha256)));
    }

    private async Task<KnownHistory?> LoadHistoryAsync(PipelineName pipeline, PipelineDefinition definition, string? key, CancellationToken cancellation)
    {
        if (key is null)
        {
            return null;
        }

        await using var stream = await _context.Runner.OpenAsync(pipeline, key, SchemaOutput, cancellation);
        var schema = FileSchema.Load(stream);
        var values = await _context.Definitions.LoadSchemaAsync(pipeline, definition, cancellation);
        if (values is null)
        {
            values = await LearnedSchemaAsync(pipeline, key, cancellation);
        }

        return new KnownHistory(schema, values, definition.Id is null ? null : (await _context.OpenTableAsync(pipeline, key, IdsOutput, cancellation)).Columns[0]);
    }

    private async Task<ValidateResult> WorkAsync(
        ValidateInput input, PipelineName pipeline, PipelineDefinition definition, string? historyKey, PicturesResult? pictures, string key, StepWork work, CancellationToken cancellation)
    {
        if (pictures?.Refusal is { } refusal)
        {
            return await RefuseAsync(pipeline, refusal, key, work, cancellation);
        }

        var history = await LoadHistoryAsync(pipeline, definition, historyKey, cancellation);
        await using var file = pictures is null
            ? await KeptDrop.OpenAsync(_context.Account, pipeline, input.Drop.BlobName, input.Sha256, cancellation)
            : await _context.Runner.OpenAsync(pipeline, pictures.RequireKey(), PicturesStep.TableOutput, cancellation);
        var validated = FileValidator.Validate(
            file, definition, history, _context.Options.EffectiveThreads, [.. pictures?.Unusable.Select(u => u.Reason) ?? []], cancellation);
        foreach (var warning in pictures?.Warnings ?? [])
        {
            validated.Warnings.AddFirst(warning);
        }

        if (validated.Table is { } accepted && !Period.Parse(input.Drop.Period).IsInitial)
        {
            DateCheck.Check(accepted, Period.Parse(input.Drop.Period), definition, validated.Warnings);
        }

        if (validated.Quarantined.Count > 0)
        {
            validated.Warnings.AddFirst(Finding.Of(Sentence.Of(
                pictures is null ? "quarantined-rows" : "quarantined-pictures", ("rows", validated.Quarantined.Count), ("all", validated.Rows + validated.Quarantined.Count), ("pipeline", pipeline), ("period", input.Drop.Period))));
        }

        if (validated.Rescued is not null)
        {
            validated.Warnings.AddFirst(Finding.Of(Sentence.Of("rescued-cells", ("file", $"artifacts/{pipeline}/steps/{key}/{RescuedOutput}"))));
        }

        await work.WriteAsync("warnings.json", s => JsonSerializer.Serialize(s, validated.Warnings.Findings, ArtifactJson.Indented), cancellation);
        if (validated.Accepted)
        {
            var table = validated.Table!;
            await work.WriteAsync(TableOutput, table.Save, cancellation);
            await work.WriteAsync(IdsOutput, Ids(table, definition).Save, cancellation);
            await work.WriteAsync(SchemaOutput, validated.Schema!.Save, cancellation);
            await work.WriteAsync(LearnedOutput, s => s.Write(Encoding.UTF8.GetBytes(validated.Learned!.ToJson())), cancellation);
            if (validated.Rescued is { } rescued)
            {
                await work.WriteAsync(RescuedOutput, rescued, cancellation);
            }

            if (validated.Quarantined.Count > 0)
            {
                await work.WriteAsync(QuarantineOutput, s => QuarantineFile.Write(s, pictures is null ? validated.HeaderText : definition.Id!, validated.Quarantined, input.Sha256), cancellation);
            }
        }
        else
        {
            await work.WriteAsync(ErrorsOutput, s => JsonSerializer.Serialize(s, validated.Errors.Findings, ArtifactJson.Indented), cancellation);
        }

        return new ValidateResult(
            validated.Accepted, validated.Rows, validated.HasLabel,
            [.. validated.Errors.Findings.Take(Shown)], validated.Errors.Count,
            [.. validated.Warnings.Findings.Take(Shown)],
            validated.Accepted ? null : $"{pipeline}/steps/{key}/{ErrorsOutput}",
            validated.Quarantined.Count,
            validated.Quarantined.Count > 0 ? $"{pipeline}/steps/{key}/{QuarantineOutput}" : null);
    }

    // Rows without an id column are known by their number, from 1.
    private static Table Ids(Table table, PipelineDefinition definition) => definition.Id is { } id
        ? new Table([table[id]])
        : new Table([new NumberColumn("row", [.. Enumerable.Range(1, table.RowCount).Select(i => (double)i)])]);

    private static async Task<ValidateResult> RefuseAsync(PipelineName pipeline, Finding refusal, string key, StepWork work, CancellationToken cancellation)
    {
        await work.WriteAsync("warnings.json", s => JsonSerializer.Serialize<Finding[]>(s, [], ArtifactJson.Indented), cancellation);
        await work.WriteAsync(ErrorsOutput, s => JsonSerializer.Serialize<Finding[]>(s, [refusal], ArtifactJson.Indented), cancellation);
        return new ValidateResult(false, 0, false, [refusal], 1, [], $"{pipeline}/steps/{key}/{ErrorsOutput}");
    }
}
