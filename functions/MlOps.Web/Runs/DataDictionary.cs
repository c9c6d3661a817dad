using System.Text.Json;
using Azure;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Web.Runs;

/// <summary>What is known of one column.</summary>
/// <param name="Column">Name.</param>
/// <param name="Role"><c>id</c>, <c>label</c>, <c>feature</c>, or <c>unused</c> where no model looks at it.</param>
/// <param name="Type">
/// integer, number, boolean, date or text, as the newest file that has it, or of a column that side tables add as the model has it; <see langword="null"/>
/// where neither says.
/// </param>
/// <param name="Meaning">What it means, as the definition says; <see langword="null"/> where nobody said.</param>
/// <param name="Unit">Unit of its numbers, as the definition says.</param>
/// <param name="Least">
/// Least value of all periods: a number, or a date as text; <see langword="null"/> for texts. Of a column that side tables add, of the rows of <c>initial.csv</c>.
/// </param>
/// <param name="Greatest">Greatest value of the same rows.</param>
/// <param name="Categories">How many different texts occur, where they are few.</param>
/// <param name="Missing">Share of missing cells over all periods that have the column, 0 to 1.</param>
/// <param name="First">First period seen; <see langword="null"/> for columns that side tables add.</param>
/// <param name="Last">Last period seen.</param>
/// <param name="Transform">What the champion makes of it: <c>number</c>, <c>onehot</c>, <c>native</c>, <c>date</c>; <see langword="null"/> for nothing.</param>
/// <param name="Features">How many features of the champion it becomes.</param>
/// <param name="Importance">Share of the gain of the model that predicted last, 0 to 1; <see langword="null"/> where nothing was predicted.</param>
/// <param name="Psi">Its population stability index in the newest watched period.</param>
/// <param name="Drifted">Whether it has drifted there; <see langword="null"/> where it was not watched.</param>
public sealed record DictionaryEntry(
    string Column, string Role, string? Type, string? Meaning, string? Unit, string? Least, string? Greatest, int? Categories, double? Missing,
    string? First, string? Last, string? Transform, int Features, double? Importance, double? Psi, bool? Drifted);

/// <summary>The data dictionary of a pipeline: its columns in the order of the files, those of side tables behind them.</summary>
/// <param name="account">The account.</param>
public sealed class DataDictionary(StorageAccount account)
{
    private const int Kept = 500;
    private const int AtOnce = 8;

    private readonly RunHistory history = new(account);
    private readonly ModelRegistry models = new(account);
    private readonly DefinitionStore definitions = new(account);
    private readonly UnchangingDocuments<TableSchema> learned = new(Kept);

    /// <summary>Reads the dictionary; empty before the first file was accepted.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="DefinitionException">The definition is wrong.</exception>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    public async Task<IReadOnlyList<DictionaryEntry>> ReadAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        await history.RequireAsync(pipeline, cancellation);
        var ledger = (await history.LedgersAsync(pipeline, cancellation))[0];
        var definition = await definitions.PinAsync(pipeline, cancellation);
        var periods = ledger.Periods.ToArray();
        var schemas = new TableSchema?[periods.Length];
        await Parallel.ForAsync(0, periods.Length, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation }, async (i, stop) =>
            schemas[i] = await LearnedAsync(pipeline, ledger, periods[i], stop));
        var seen = periods.Zip(schemas).Where(p => p.Second is not null).Select(p => (Period: p.First, Schema: p.Second!)).ToList();

        var published = ledger.Periods.Select(ledger.Published).LastOrDefault(p => p is not null);
        var document = published is null ? null : await history.DocumentAsync(pipeline, RunId.Parse(published.RunId), cancellation);
        var monitor = await ReadStepAsync<MonitorDocument>(pipeline, document, "monitor", "monitor.json", cancellation);
        var version = document?.Promotion?.Version;
        var transform = version is null ? null : await OfModelAsync(pipeline, version, "transform.json", Transform.Load, cancellation);
        var schema = version is null || definition?.Sources is null ? null : await OfModelAsync(pipeline, version, "schema.json", FileSchema.Load, cancellation);
        var joined = (schema?.Columns ?? []).ToDictionary(c => c.Name, StringComparer.Ordinal);
        var watched = (monitor?.Columns ?? []).ToDictionary(c => c.Column, StringComparer.Ordinal);
        var made = (transform?.Columns ?? []).ToDictionary(c => c.Column, StringComparer.Ordinal);
        var described = (definition?.Describe ?? []).ToDictionary(d => d.Column, StringComparer.Ordinal);
        var names = seen.AsEnumerable().Reverse().SelectMany(s => s.Schema.Columns).Select(c => c.Name).Concat(made.Keys).Distinct(StringComparer.Ordinal);
        return [.. names.Select(name => Entry(name, seen, joined.GetValueOrDefault(name), definition, described.GetValueOrDefault(name), made.GetValueOrDefault(name), watched.GetValueOrDefault(name)))];
    }

    /// <summary>The dictionary as CSV, as it is written for people: names and meanings are guarded, so that a spreadsheet runs none as a formula.</summary>
    /// <param name="entries">The dictionary.</param>
    /// <param name="target">Gets the CSV.</param>
    public static void WriteCsv(IEnumerable<DictionaryEntry> entries, Stream target)
    {
        ArgumentNullException.ThrowIfNull(entries);
        using var writer = new CsvWriter(target);
        foreach (var header in (string[])["column", "role", "type", "meaning", "unit", "least", "greatest", "categories", "missing", "first", "last", "transform", "features", "importance", "psi", "drifted"])
        {
            writer.Write(header);
        }

        writer.EndRecord();
        foreach (var entry in entries)
        {
            foreach (var text in (string?[])[entry.Column, entry.Role, entry.Type, entry.Meaning, entry.Unit])
            {
                writer.Write(text ?? "");
            }

            // Numbers and dates of this program's own making: a minus is no formula.
            writer.WriteAsIs(entry.Least ?? "");
            writer.WriteAsIs(entry.Greatest ?? "");
            Write(writer, entry.Categories);
            Write(writer, entry.Missing);
            writer.Write(entry.First ?? "");
            writer.Write(entry.Last ?? "");
            writer.Write(entry.Transform ?? "");
            Write(writer, entry.Features);
            Write(writer, entry.Importance);
            Write(writer, entry.Psi);
            writer.Write(entry.Drifted is { } drifted ? drifted ? "yes" : "no" : "");
            writer.EndRecord();
        }
    }

    private static void Write(CsvWriter writer, double? number)
    {
        if (number is { } value)
        {
            writer.Write(value);
        }
        else
        {
            writer.Write("");
        }
    }

    private static DictionaryEntry Entry(
        string name, List<(string Period, TableSchema Schema)> seen, SchemaColumn? joined, PipelineDefinition? definition, ColumnDescription? described, ColumnTransform? made, ColumnDrift? watched)
    {
        var of = seen.Select(s => (s.Period, s.Schema.Rows, Column: s.Schema.Columns.FirstOrDefault(c => c.Name == name)))
            .Where(s => s.Column is not null).Select(s => (s.Period, s.Rows, Column: s.Column!)).ToList();
        var newest = of.Count == 0 ? null : of[^1].Column;
        // No file has what side tables add.
        joined = newest is null ? joined : null;
        var kind = newest?.Type switch { "date" => ColumnKind.Date, "boolean" => ColumnKind.Boolean, _ => joined?.Kind ?? ColumnKind.Number };
        var rows = of.Sum(s => s.Rows);
        return new DictionaryEntry(
            name,
            name == definition?.Id ? "id" : name == definition?.Label ? "label" : made is not null ? "feature" : "unused",
            newest?.Type ?? joined?.Kind.ToString().ToLowerInvariant(), described?.Meaning, described?.Unit,
            Bound(of.Select(s => s.Column.Min).Append(joined?.Minimum), Enumerable.Min, kind), Bound(of.Select(s => s.Column.Max).Append(joined?.Maximum), Enumerable.Max, kind),
            of.Select(s => s.Column.Categories).OfType<IReadOnlyList<string>>().ToList() is { Count: > 0 } sets ? sets.SelectMany(c => c).Distinct(StringComparer.Ordinal).Count() : null,
            rows == 0 ? null : Math.Round(of.Sum(s => s.Column.MissingRate * s.Rows) / rows, 6),
            of.Count == 0 ? null : of[0].Period, of.Count == 0 ? null : of[^1].Period,
            made?.Encoding.ToString().ToLowerInvariant(), made?.Features.Count ?? 0, watched?.Importance, watched?.Psi, watched?.Drifted);
    }

    private static string? Bound(IEnumerable<double?> values, Func<IEnumerable<double>, double> which, ColumnKind kind)
    {
        var known = values.OfType<double>().ToList();
        return known.Count == 0 ? null : new NumberColumn("bound", [which(known)], kind).Text(0);
    }

    // What the newest accepted file of a period looks like.
    private async Task<TableSchema?> LearnedAsync(PipelineName pipeline, Ledger ledger, string period, CancellationToken cancellation)
    {
        if (ledger.InForce(period) is not { } drop || ledger.LastRunOf(drop) is not { } run)
        {
            return null;
        }

        var document = await history.DocumentAsync(pipeline, RunId.Parse(run.RunId), cancellation);
        if (document?.Steps.FirstOrDefault(s => s.Name == "validate") is not { } step)
        {
            return null;
        }

        var name = $"{pipeline}/steps/{step.Key}/learned.json";
        if (learned.Find(name) is { } known)
        {
            return known;
        }

        try
        {
            var content = await account.Artifacts.GetBlobClient(name).DownloadContentAsync(cancellation);
            return learned.Keep(name, TableSchema.Parse(content.Value.Content.ToString()));
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private async Task<T?> ReadStepAsync<T>(PipelineName pipeline, RunDocument? document, string step, string output, CancellationToken cancellation)
        where T : class
    {
        if (document?.Steps.LastOrDefault(s => s.Name == step) is not { } found)
        {
            return null;
        }

        try
        {
            var content = await account.Artifacts.GetBlobClient($"{pipeline}/steps/{found.Key}/{output}").DownloadContentAsync(cancellation);
            return JsonSerializer.Deserialize<T>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private async Task<T?> OfModelAsync<T>(PipelineName pipeline, string version, string file, Func<Stream, T> read, CancellationToken cancellation)
        where T : class
    {
        if (await models.FindAsync(pipeline, version, cancellation) is null)
        {
            return null;
        }

        await using var json = await models.OpenAsync(pipeline, version, file, cancellation);
        using var copy = new MemoryStream();
        await json.CopyToAsync(copy, cancellation);
        copy.Position = 0;
        return read(copy);
    }
}
