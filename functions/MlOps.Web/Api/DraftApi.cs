using System.IO.Compression;
using Microsoft.AspNetCore.Mvc;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drafts;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>A column of a file that a definition is drafted from.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its cells are.</param>
/// <param name="Missing">Cells without a value.</param>
/// <param name="Use">What the draft takes it for: <c>label</c>, <c>id</c>, <c>time</c>, <c>feature</c>, or <c>excluded</c>.</param>
/// <param name="Why">Why it is left out, or taken for a time; <see langword="null"/> where there is nothing to say.</param>
internal sealed record DraftColumn(string Name, ColumnKind Kind, int Missing, string Use, Told? Why);

/// <summary>A definition as a file suggests it. Nothing of it is kept.</summary>
/// <param name="Rows">Rows that could be read.</param>
/// <param name="Errors">Rows that could not.</param>
/// <param name="FirstError">The first of them, and why.</param>
/// <param name="Label">The column to predict.</param>
/// <param name="LabelGuessed">Whether it was guessed.</param>
/// <param name="Id">The column that tells the rows apart; <see langword="null"/> where none does.</param>
/// <param name="Task">What kind of prediction the label asks for.</param>
/// <param name="Columns">The columns in their order.</param>
/// <param name="First">The first rows, cell by cell, as the file writes them.</param>
/// <param name="Text">The definition as YAML, with comments that say what was guessed.</param>
/// <param name="Exists">Whether the pipeline has a definition already.</param>
internal sealed record DraftedDefinition(
    long Rows, long Errors, string? FirstError, string Label, bool LabelGuessed, string? Id, TaskKind Task, IReadOnlyList<DraftColumn> Columns, IReadOnlyList<IReadOnlyList<string>> First,
    string Text, bool Exists);

/// <summary>Drafts a definition from a file that is only looked at: what <c>mlops init</c> does, over HTTP.</summary>
internal static class DraftApi
{
    private const int FirstRows = 8;
    private const int CellMax = 200;

    public static void MapDrafts(this IEndpointRouteBuilder routes, ApiLimits limits) =>
        routes.MapPost("/api/pipelines/{pipeline}/definition/draft", DraftAsync).WithTags("definitions")
            .WithSummary("Drafts a definition from a CSV, or from its first rows, packed or not: columns, label and id, times, columns that give the label away. Nothing is kept.")
            .Accepts<Stream>("text/csv").WithMetadata(new RequestSizeLimitAttribute(limits.DraftBytes)).RequireRateLimiting(ApiLimits.Uploads)
            .Needs(Role.Releaser).ProducesProblem(400).ProducesProblem(413).ProducesProblem(422).ProducesProblem(429);

    private static async Task<DraftedDefinition> DraftAsync(
        string pipeline, string? file, string? label, string? id, string? language, StorageAccount account, ApiLimits limits, HttpRequest request, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        var source = file ?? "initial.csv";
        var comments = language is null or Sentences.English or Sentences.Japanese ? language ?? Sentences.English : throw ApiException.Of(400, "no such language", Sentence.Of("api-no-language"), Sentence.Of("api-no-language-next"), "language");
        var exists = await account.Definitions.GetBlobClient($"{name}.yaml").ExistsAsync(cancellation);
        try
        {
            var bytes = await BytesAsync(request.Body, limits.DraftBytes, cancellation);
            return await Task.Run(() => Draft(bytes, name, source, Named(label), Named(id), comments, exists, cancellation), cancellation);
        }
        catch (DraftException e)
        {
            throw ApiException.Of(422, "no draft", e.Said, Sentence.Of("draft-next"), "file");
        }
        catch (Exception e) when (e is CsvException or InvalidDataException)
        {
            throw ApiException.Of(422, "not a CSV", Sentence.Of("draft-not-csv", ("file", source), ("problem", e.Message)), Sentence.Of("draft-next"), "file");
        }
    }

    private static DraftedDefinition Draft(byte[] bytes, PipelineName name, string source, string? label, string? id, string language, bool exists, CancellationToken cancellation)
    {
        var (draft, csv) = DraftReading.Read(() => new MemoryStream(bytes, writable: false), name.Value, source, label, id, cancellation);
        var text = DraftYaml.Write(draft, language);
        // What is drafted must be accepted, whatever the columns are called.
        PipelineDefinition.Parse(text, $"{name}.yaml");
        var left = draft.Exclude.ToDictionary(e => e.Name, e => e.Said, StringComparer.Ordinal);
        DraftColumn Of(Column column) => new(
            column.Name, column.Kind, column.MissingCount,
            column.Name == draft.Label ? "label" : column.Name == draft.Id ? "id" : left.ContainsKey(column.Name) ? "excluded" : column.Name == draft.Time?.Column ? "time" : "feature",
            Told.Of(left.GetValueOrDefault(column.Name) ?? (column.Name == draft.Time?.Column ? draft.Time.Said : null)));
        var first = CsvFile.ReadRecords(new MemoryStream(bytes, writable: false)).Skip(1).Take(FirstRows)
            .Select(record => (IReadOnlyList<string>)[.. record.Select(cell => cell.Length <= CellMax ? cell : cell[..CellMax] + "…")]);
        return new DraftedDefinition(
            draft.Rows, csv.ErrorCount, csv.ErrorCount > 0 ? csv.Errors[0].ToString() : null, draft.Label, draft.LabelGuessed, draft.Id, draft.Task,
            [.. csv.Table.Columns.Select(Of)], [.. first], text, exists);
    }

    private static string? Named(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static async Task<byte[]> BytesAsync(Stream body, int most, CancellationToken cancellation)
    {
        var received = new MemoryStream();
        await body.CopyToAsync(received, cancellation);
        if (received.Length < 2 || received.GetBuffer()[0] != 0x1f || received.GetBuffer()[1] != 0x8b)
        {
            return received.ToArray();
        }

        received.Position = 0;
        var unpacked = new MemoryStream();
        try
        {
            await using var gzip = new GZipStream(received, CompressionMode.Decompress);
            await using var counted = new CountingStream(gzip, most);
            await counted.CopyToAsync(unpacked, cancellation);
        }
        catch (DropTooLongException e)
        {
            throw ApiException.Of(413, "too large", Sentence.Of("draft-too-long", ("bytes", e.BytesMax)), Sentence.Of("draft-next"), "file");
        }

        return unpacked.ToArray();
    }
}
