using Azure.Storage.Blobs.Models;
using Azure;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Who meets requests beside the champion.</summary>
/// <param name="Challenger">The version that answers a share of the rows; <see langword="null"/> for none.</param>
/// <param name="Share">That share, 0 to 1.</param>
/// <param name="Shadow">The version that scores every row for the record only; <see langword="null"/> for none.</param>
internal sealed record TrafficRequest(string? Challenger, double Share, string? Shadow);

/// <summary>Which models meet requests.</summary>
/// <param name="Champion">The one that answers.</param>
/// <param name="Challenger">The one that answers a share of the rows.</param>
/// <param name="Share">That share, 0 to 1; a row's id decides.</param>
/// <param name="Shadow">The one that scores for the record only.</param>
internal sealed record TrafficFacts(string? Champion, string? Challenger, double Share, string? Shadow)
{
    public static TrafficFacts Of(Aliases now) => new(now.Champion, now.Traffic?.Challenger, now.Traffic?.Share ?? 0, now.Traffic?.Shadow);
}

/// <summary>Weights between champion and challenger, and shadow scoring: read, change, and what the shadow would have answered.</summary>
internal static class TrafficApi
{
    public static void MapTraffic(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}").WithTags("models");
        group.MapGet("/traffic", ReadAsync).WithSummary("Which models meet requests, with the ETag for a change.").ProducesProblem(404);
        group.MapPut("/traffic", ChangeAsync).WithSummary("Sets the challenger with its share of the rows, and the shadow, under If-Match; a champion that has become one of them is left out.")
            .RequireRateLimiting(ApiLimits.Changes).Needs(Role.Releaser).ProducesProblem(409).ProducesProblem(412).ProducesProblem(428);
        group.MapGet("/shadow", ShadowAsync).WithSummary("Files with what the shadow would have answered, the newest first.").ProducesProblem(404);
        group.MapGet("/shadow/{name}", ShadowFileAsync).WithSummary("One of them: a CSV with both answers to each row.").Produces<Stream>(200, "text/csv").ProducesProblem(404);
    }

    private static async Task<Ok<TrafficFacts>> ReadAsync(string pipeline, AliasStore aliases, RunHistory history, HttpContext context, CancellationToken cancellation)
    {
        var (now, etag) = await aliases.ReadWithETagAsync(await Lookup.ExistingAsync(pipeline, history, cancellation), cancellation);
        return Answer(context, now, etag);
    }

    private static async Task<Ok<TrafficFacts>> ChangeAsync(
        string pipeline, TrafficRequest request, AliasStore aliases, Champions champions, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        if (context.Request.GetTypedHeaders().IfMatch is not [{ IsWeak: false } tag] || tag.Equals(EntityTagHeaderValue.Any))
        {
            throw ApiException.Of(428, "condition missing", Sentence.Of("api-condition"), Sentence.Of("api-condition-traffic-next", ("pipeline", name)), "If-Match");
        }

        return await audit.RecordAsync(context, name, "traffic", request, async () =>
        {
            await aliases.SetTrafficAsync(name, new Traffic(request.Challenger, request.Share, request.Shadow), new ETag(tag.Tag.ToString()), cancellation);
            await champions.RefreshAsync(name, cancellation);
            var (now, etag) = await aliases.ReadWithETagAsync(name, cancellation);
            return Answer(context, now, etag);
        });
    }

    private static async Task<Tagged<Page<FileFacts>>> ShadowAsync(
        string pipeline, StorageAccount account, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var files = new List<FileFacts>();
        var folder = Folder(name);
        await foreach (var blob in account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = folder }, cancellationToken: cancellation))
        {
            var file = blob.Name[folder.Length..];
            files.Add(FilesApi.Facts(blob, file, $"/api/pipelines/{name}/shadow/{Uri.EscapeDataString(file)}"));
        }

        files.Reverse();
        return Tagged.Of(Page.Of(files, f => f.Name, limit, continuation));
    }

    private static Task<FileStreamHttpResult> ShadowFileAsync(string pipeline, string name, StorageAccount account, CancellationToken cancellation)
    {
        var folder = Lookup.Pipeline(pipeline);
        return RunId.TryParse(name, out _)
            ? FilesApi.OpenAsync(account.Artifacts.GetBlobClient(Folder(folder) + name), "text/csv", $"shadow_{name}", Sentence.Of("api-no-shadow-file", ("pipeline", folder)), Sentence.Of("api-shadow-next", ("pipeline", folder)), cancellation)
            : throw ApiException.Of(400, "bad name", Sentence.Of("api-shadow-name"), Sentence.Of("api-shadow-next", ("pipeline", folder)), "name");
    }

    private static Ok<TrafficFacts> Answer(HttpContext context, Aliases now, ETag? etag)
    {
        if (etag is { } known)
        {
            context.Response.GetTypedHeaders().ETag = new EntityTagHeaderValue(known.ToString("H"));
        }

        return TypedResults.Ok(TrafficFacts.Of(now));
    }

    private static string Folder(PipelineName pipeline) => $"{pipeline}/shadow/";
}
