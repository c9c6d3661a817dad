using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.FeatureFile;

/// <summary>
/// The features of a drop for others than the run: <c>features.parquet</c> with id, period, the features as the transform takes them (validated, joined
/// with the side tables, before any encoding, so that every model can take them) and, where the drop carries it, the label. The footer names the definition.
/// </summary>
public sealed class FeatureFileStep : Step<FeatureFileInput, FeatureFileResult>
{
    /// <summary>Name of the column that holds the period.</summary>
    public const string PeriodColumn = "_period";

    internal const string Name = "feature-file";
    internal const string FileOutput = "features.parquet";

    /// <summary>Role, in the file's metadata, of the column that rows are known by.</summary>
    internal const string IdRole = "id";

    /// <summary>Role of a feature there.</summary>
    internal const string FeatureRole = "feature";

    private const int Version = 1;

    private readonly StepContext _context;
    private readonly JoinStep _join;

    internal FeatureFileStep(StepContext context, JoinStep join) : base(Name)
    {
        _context = context;
        _join = join;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The drop.</param>
    /// <param name="cancellation">Stops the step.</param>
    /// <exception cref="StepRefusedException">The drop does not fit the definition any more.</exception>
    public override async Task<FeatureFileResult> RunAsync(FeatureFileInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var period = Period.Parse(input.Drop.Period);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var tableKey = await _join.TableKeyAsync(input.RunId, pipeline, input.DefinitionHash, input.Drop, input.Initial, cancellation);
        var record = await _context.Runner.ReadRecordAsync(pipeline, tableKey, cancellation);
        var spec = new StepSpec(
            pipeline, Name, Version, period.Value,
            new Dictionary<string, string>
            {
                ["definition"] = input.DefinitionHash,
                ["ids"] = record.Output(ValidateStep.IdsOutput).Sha256,
                ["period"] = period.Value,
                ["schema"] = record.Output(ValidateStep.SchemaOutput).Sha256,
                ["table"] = record.Output(ValidateStep.TableOutput).Sha256,
            },
            StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var table = await _context.OpenTableAsync(pipeline, tableKey, ValidateStep.TableOutput, stop);
                var ids = (await _context.OpenTableAsync(pipeline, tableKey, ValidateStep.IdsOutput, stop)).Columns[0];
                await using var json = await _context.Runner.OpenAsync(pipeline, tableKey, ValidateStep.SchemaOutput, stop);
                var columns = Columns(definition, FileSchema.Load(json), table, ids, period).ToList();
                var details = new ParquetDetails
                {
                    Columns = [.. columns.Select(c => c.Told)],
                    Facts = new Dictionary<string, string>
                    {
                        ["mlops.definition"] = input.DefinitionHash,
                        ["mlops.period"] = period.Value,
                        ["mlops.pipeline"] = pipeline.Value,
                    },
                };
                var file = await work.WriteAsync(FileOutput, s => ParquetFile.Write(s, new Table([.. columns.Select(c => c.Column)]), details), stop);
                return new FeatureFileResult(table.RowCount, columns.Count(c => c.Told.Role == FeatureRole), file.Sha256);
            },
            cancellation);
    }

    private static IEnumerable<(Column Column, ParquetColumn Told)> Columns(PipelineDefinition definition, FileSchema schema, Table table, Column ids, Period period)
    {
        var described = (definition.Describe ?? []).ToDictionary(d => d.Column, StringComparer.Ordinal);
        var units = schema.Columns.ToDictionary(c => c.Name, c => c.Unit, StringComparer.Ordinal);

        ParquetColumn Told(string name, string role) => new(name)
        {
            Role = role,
            Unit = described.GetValueOrDefault(name)?.Unit ?? units.GetValueOrDefault(name),
            Description = described.GetValueOrDefault(name)?.Meaning,
        };

        yield return (ids, Told(ids.Name, IdRole) with { Required = ids.MissingCount == 0, Whole = true });
        yield return (new TextColumn(PeriodColumn, new int[ids.RowCount], [period.Value]), new ParquetColumn(PeriodColumn) { Role = "period", Required = true });
        foreach (var name in schema.Features().Where(n => n != ids.Name && n != PeriodColumn))
        {
            if (table.Find(name) is { } column)
            {
                yield return (column, Told(name, FeatureRole));
            }
        }

        if (definition.Label != ids.Name && definition.Label != PeriodColumn && table.Find(definition.Label) is { } label)
        {
            yield return (label, Told(label.Name, "label"));
        }
    }
}
