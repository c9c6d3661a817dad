using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Scores of a request's rows, in their order.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="ModelVersion">The version that answered; where a challenger answered some of the rows, the champion. Each row names its own.</param>
/// <param name="ModelSha256">SHA-256 of its model.</param>
/// <param name="Classes">The label's classes, negative first; empty for a regression.</param>
/// <param name="Rows">Answers.</param>
/// <param name="Warnings">What was odd about the rows, 100 at most; rows count from 1 where they came as JSON.</param>
internal sealed record ScoreAnswer(
    string Pipeline, string ModelVersion, string ModelSha256, IReadOnlyList<string> Classes, IReadOnlyList<ScoredRow> Rows, IReadOnlyList<Finding> Warnings);

/// <summary>Scores in the form of MLflow's scoring server.</summary>
/// <param name="Predictions">A probability or value a row, or a list of probabilities a row for several classes.</param>
/// <param name="ModelVersion">The version that answered; where a challenger answered some of the rows, the champion.</param>
/// <param name="ModelVersions">The version that answered each row; there where a challenger answered some.</param>
/// <param name="Warnings">What was odd about the rows, as in the other form; <see langword="null"/> where nothing was.</param>
internal sealed record Invocation(
    IReadOnlyList<JsonElement> Predictions, string ModelVersion, IReadOnlyList<string>? ModelVersions, IReadOnlyList<Finding>? Warnings);

/// <summary>What a request's rows must have.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="ModelVersion">The version that answers now.</param>
/// <param name="Id">Name of the id column, which may be left out.</param>
/// <param name="Columns">Columns, in any order.</param>
internal sealed record ScoringSchema(string Pipeline, string ModelVersion, string? Id, IReadOnlyList<ScoringColumn> Columns);

/// <summary>One column of a request.</summary>
/// <param name="Name">Name.</param>
/// <param name="Kind">What its cells are.</param>
internal sealed record ScoringColumn(string Name, string Kind);

/// <summary>Scoring by the champion, or by its challenger for its share of the rows: JSON rows or CSV in, JSON or the prediction file out, and MLflow's form of both.</summary>
internal static class ScoringApi
{
    /// <summary>The header that names the version, whatever form the answer has; both, where a challenger answered some of the rows.</summary>
    public const string VersionHeader = "X-Model-Version";

    private const string Csv = "text/csv";
    private const string Json = "application/json";
    private const string Jpeg = "image/jpeg";
    private const string Png = "image/png";
    private const int WarningsMax = 100;
    private const int ReasonsMax = 20;

    public static void MapScoring(this IEndpointRouteBuilder routes, ApiLimits limits)
    {
        var group = routes.MapGroup("").WithTags("scoring").RequireRateLimiting(ApiLimits.Scoring).WithMetadata(new RequestSizeLimitAttribute(limits.ScoringBytes), new ReceiveFirst());
        group.MapPost("/api/pipelines/{pipeline}/score", ScoreAsync).WithSummary("Scores rows by the champion or its challenger, with ?reasons=N of each, or a picture; rows of ids alone, or {\"ids\": [..]}, with their newest stored features; Accept: text/csv answers with the prediction file.")
            .Accepts<JsonElement>(Json, Csv, Jpeg, Png).Produces<ScoreAnswer>(200, "application/json", Csv)
            .ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);
        group.MapGet("/api/pipelines/{pipeline}/score", SchemaAsync).WithSummary("The columns that rows must have.").ProducesProblem(409);
        group.MapPost("/api/pipelines/{pipeline}/invocations", InvokeAsync).WithSummary("MLflow's scoring call.")
            .Accepts<JsonElement>("application/json", Csv).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);
        group.MapPost("/invocations", InvokeOnlyAsync).WithSummary("MLflow's scoring call, where there is one pipeline or ?pipeline= names one.")
            .Accepts<JsonElement>("application/json", Csv).ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);
    }

    private static async Task<IResult> ScoreAsync(string pipeline, int? reasons, Champions champions, ShadowLog shadow, HttpContext context, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        var scored = await ScoredAsync(name, reasons ?? 0, champions, shadow, context, cancellation);
        if (context.Request.GetTypedHeaders().Accept is [{ MediaType.Value: Csv }, ..])
        {
            using var file = new MemoryStream();
            scored.WriteCsv(file);
            return TypedResults.Bytes(file.ToArray(), Csv, $"pred_{name}.csv");
        }

        var rows = new ScoredRow[scored.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = scored[i];
        }

        return TypedResults.Ok(new ScoreAnswer(
            name.Value, scored.Model.Version, scored.Model.ModelSha256, scored.Model.Classes, rows, [.. scored.Warnings.Take(WarningsMax)]));
    }

    private static async Task<Ok<ScoringSchema>> SchemaAsync(string pipeline, Champions champions, HttpContext context, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        var model = (await champions.GetAsync(name, cancellation)).Champion;
        context.Response.Headers[VersionHeader] = model.Version.Version;
        return TypedResults.Ok(new ScoringSchema(
            name.Value, model.Version.Version, model.IdColumn,
            [.. model.Columns.Select(c => new ScoringColumn(c.Name, c.Kind.ToString().ToLowerInvariant()))]));
    }

    private static async Task<Ok<Invocation>> InvokeAsync(string pipeline, Champions champions, ShadowLog shadow, HttpContext context, CancellationToken cancellation)
    {
        var scored = await ScoredAsync(Lookup.Pipeline(pipeline), 0, champions, shadow, context, cancellation);
        var predictions = new JsonElement[scored.Count];
        for (var i = 0; i < predictions.Length; i++)
        {
            var row = scored.Scores(i);
            predictions[i] = scored.Width == 1 ? JsonSerializer.SerializeToElement(row[0], ApiJson.Options) : JsonSerializer.SerializeToElement(row.ToArray(), ApiJson.Options);
        }

        return TypedResults.Ok(new Invocation(
            predictions, scored.Model.Version, scored.Versions.Count == 1 ? null : [.. Enumerable.Range(0, scored.Count).Select(i => scored[i].ModelVersion)],
            scored.Warnings.Count == 0 ? null : [.. scored.Warnings.Take(WarningsMax)]));
    }

    private static async Task<Ok<Invocation>> InvokeOnlyAsync(
        string? pipeline, Champions champions, ShadowLog shadow, AliasStore aliases, RunHistory history, HttpContext context, CancellationToken cancellation)
    {
        if (pipeline is null)
        {
            var served = new List<PipelineName>();
            foreach (var name in await history.PipelinesAsync(cancellation))
            {
                if ((await aliases.ReadAsync(name, cancellation)).Champion is not null)
                {
                    served.Add(name);
                }
            }

            pipeline = served is [var only]
                ? only.Value
                : throw ApiException.Of(400, "which pipeline?", Sentence.Of("api-which", ("count", served.Count)), Sentence.Of("api-which-next"), "pipeline");
        }

        return await InvokeAsync(pipeline, champions, shadow, context, cancellation);
    }

    private static async Task<Answers> ScoredAsync(PipelineName pipeline, int reasons, Champions champions, ShadowLog shadow, HttpContext context, CancellationToken cancellation)
    {
        if (reasons is < 0 or > ReasonsMax)
        {
            throw ApiException.Of(400, "reasons is out of range", Sentence.Of("api-reasons", ("reasons", reasons)), Sentence.Of("api-reasons-next", ("most", ReasonsMax)), "reasons");
        }

        var (type, bytes) = (TypeOf(context.Request), await BytesAsync(context.Request, cancellation));
        var ids = type == Json ? StoredRows.IdsIn(bytes) : null;
        var body = type is Jpeg or Png || ids is not null ? null : Read(type, bytes);
        var served = await champions.GetAsync(pipeline, cancellation);
        ids ??= body?.IdsAlone(served.Champion.IdColumn);
        if (ids is not null)
        {
            body = await context.RequestServices.GetRequiredService<StoredRows>().FindAsync(pipeline, ids, served.Champion.IdColumn, cancellation);
        }

        if (body is null)
        {
            if (!served.Champion.IsOfPictures)
            {
                throw ApiException.Of(415, "not of pictures", Sentence.Of("api-no-pictures", ("pipeline", pipeline)), Sentence.Of("api-no-pictures-next"), "Content-Type");
            }

            // Whatever of the two the type says: the bytes decide.
            body = await Task.Run(() => context.RequestServices.GetRequiredService<PictureRows>().Read(bytes), cancellation);
        }

        var scored = served.Score(body, reasons, context.RequestServices.GetRequiredService<ILogger<Champions>>(), cancellation);
        shadow.Add(served, body, scored);
        context.Response.Headers[VersionHeader] = string.Join(", ", scored.Versions);
        return scored;
    }

    private static async Task<byte[]> BytesAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy, cancellation);
        return copy.ToArray();
    }

    private static string? TypeOf(HttpRequest request) => MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed.MediaType.Value?.ToLowerInvariant() : null;

    private static ScoringBody Read(string? type, byte[] bytes)
    {
        switch (type)
        {
            case Csv:
                return ScoringBody.FromCsv(bytes);

            case Json:
                try
                {
                    return JsonRows.Read(bytes);
                }
                catch (JsonException e)
                {
                    throw ApiException.Of(
                        400, "not JSON", Sentence.Of("api-not-json", ("line", e.LineNumber + 1 ?? 1), ("byte", e.BytePositionInLine + 1 ?? 1)), Sentence.Of("api-not-json-next"));
                }

            default:
                throw ApiException.Of(415, "content type missing", Sentence.Of("api-no-type"), Sentence.Of("api-no-type-next"), "Content-Type");
        }
    }
}
