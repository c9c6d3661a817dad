using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Join;

/// <summary>
/// Judges a file of a side table. Outputs of an accepted one: <c>table.bin</c> (used columns), <c>warnings.json</c> and <c>quarantine.csv</c> where rows
/// could not be used; of a refused one: <c>errors.json</c>, <c>warnings.json</c>.
/// </summary>
public sealed class SideStep : Step<SideInput, SideResult>
{
    internal const string Name = "side";
    internal const string TableOutput = "table.bin";
    private const string ErrorsOutput = "errors.json";
    private const string QuarantineOutput = "quarantine.csv";
    private const int Version = 1;
    private const int Shown = 20;

    private readonly StepContext _context;

    internal SideStep(StepContext context) : base(Name) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The file.</param>
    /// <param name="cancellation">Stops the step.</param>
    /// <exception cref="StepRefusedException">The definition has no such source, or the kept bytes are gone.</exception>
    public override async Task<SideResult> RunAsync(SideInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var source = definition.Sources?.FirstOrDefault(s => s.Name == input.File.Source)
            ?? throw new StepRefusedException(Unknown(pipeline, input.File.Source, definition));
        var inputs = new Dictionary<string, string>
        {
            ["definition"] = StepContext.Part(new
            {
                source.Key, source.Time, source.Arrival, source.Dates, Columns = source.Columns.Select(c => new { Name = c, IsText = source.IsText(c) }), definition.Quarantine,
            }),
            ["file"] = input.File.Sha256,
        };
        var spec = new StepSpec(pipeline, Name, Version, $"{source.Name}-{Period.Parse(input.File.Period)}", inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(spec, (work, stop) => WorkAsync(input, pipeline, source, definition.Quarantine, spec.Key, work, stop), cancellation);
    }

    /// <summary>What is said of a file whose folder is no source.</summary>
    internal static Sentence Unknown(PipelineName pipeline, string source, PipelineDefinition definition) => Sentence.Of(
        "side-no-source", ("pipeline", pipeline), ("source", source),
        ("hint", definition.Sources is { } sources ? Sentence.Of("side-sources", ("names", string.Join(", ", sources.Select(s => s.Name)))) : ""));

    private async Task<SideResult> WorkAsync(
        SideInput input, PipelineName pipeline, SourceSettings source, double quarantine, string key, StepWork work, CancellationToken cancellation)
    {
        await using var file = await KeptDrop.OpenAsync(_context.Account, pipeline, input.File.BlobName, input.File.Sha256, cancellation);
        var read = SideReading.Read(file, source, quarantine, _context.Options.EffectiveThreads, cancellation);
        await work.WriteAsync("warnings.json", s => JsonSerializer.Serialize(s, read.Warnings.Findings, ArtifactJson.Indented), cancellation);
        if (read.Table is { } table)
        {
            await work.WriteAsync(TableOutput, table.Save, cancellation);
            if (read.SetAside.Count > 0)
            {
                await work.WriteAsync(QuarantineOutput, s => QuarantineFile.Write(s, read.HeaderText, read.SetAside, input.File.Sha256), cancellation);
            }
        }
        else
        {
            await work.WriteAsync(ErrorsOutput, s => JsonSerializer.Serialize(s, read.Errors.Findings, ArtifactJson.Indented), cancellation);
        }

        return new SideResult(
            read.Table is not null, read.Rows,
            [.. read.Errors.Findings.Take(Shown)], read.Errors.Count,
            [.. read.Warnings.Findings.Take(Shown)],
            read.Table is not null ? null : $"{pipeline}/steps/{key}/{ErrorsOutput}",
            read.SetAside.Count,
            read.SetAside.Count > 0 ? $"{pipeline}/steps/{key}/{QuarantineOutput}" : null);
    }
}
