using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Tags and note in place of those that a run or a model had.</summary>
/// <param name="Tags">Tags.</param>
/// <param name="Note">A note in one line.</param>
internal sealed record TagsRequest(IReadOnlyList<string>? Tags, string? Note);

/// <summary>Tags and notes on runs and models.</summary>
internal static class TagsApi
{
    public static void MapTags(this IEndpointRouteBuilder routes)
    {
        const string OfRun = "/api/runs/{id}/tags", OfModel = "/api/pipelines/{pipeline}/models/{version}/tags";
        routes.MapGet(OfRun, ReadRunAsync).WithTags("runs").WithSummary("Tags and note of a run.").ProducesProblem(404);
        routes.MapGet(OfModel, ReadModelAsync).WithTags("models").WithSummary("Tags and note of a model.").ProducesProblem(404);
        routes.MapPut(OfRun, WriteRunAsync).WithTags("runs").WithSummary("Puts tags and a note on a run, in place of those that it had.")
            .RequireRateLimiting(ApiLimits.Changes).Needs(Role.Operator).ProducesProblem(400).ProducesProblem(404);
        routes.MapPut(OfModel, WriteModelAsync).WithTags("models").WithSummary("Puts tags and a note on a model, in place of those that it had.")
            .RequireRateLimiting(ApiLimits.Changes).Needs(Role.Operator).ProducesProblem(400).ProducesProblem(404);
    }

    private static async Task<Tagged<TagsRequest>> ReadRunAsync(string id, RunHistory history, TagBook tags, CancellationToken cancellation)
    {
        var run = Lookup.Run(id);
        var (pipeline, _) = await history.FindAsync(run, cancellation);
        return Answer((await tags.ReadAsync(pipeline, TagBook.Run, cancellation)).GetValueOrDefault(run.Value));
    }

    private static async Task<Tagged<TagsRequest>> ReadModelAsync(string pipeline, string version, ModelRegistry models, TagBook tags, CancellationToken cancellation)
    {
        var (name, model) = await ModelAsync(pipeline, version, models, cancellation);
        return Answer((await tags.ReadAsync(name, TagBook.Model, cancellation)).GetValueOrDefault(model.Version));
    }

    private static async Task<Tagging> WriteRunAsync(string id, TagsRequest request, RunHistory history, TagBook tags, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var run = Lookup.Run(id);
        var (pipeline, _) = await history.FindAsync(run, cancellation);
        return await WriteAsync(pipeline, TagBook.Run, run.Value, request, tags, audit, context, cancellation);
    }

    private static async Task<Tagging> WriteModelAsync(
        string pipeline, string version, TagsRequest request, ModelRegistry models, TagBook tags, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var (name, model) = await ModelAsync(pipeline, version, models, cancellation);
        return await WriteAsync(name, TagBook.Model, model.Version, request, tags, audit, context, cancellation);
    }

    private static async Task<Tagging> WriteAsync(
        PipelineName pipeline, string kind, string id, TagsRequest request, TagBook tags, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var wanted = request.Tags ?? [];
        if (TagBook.ProblemOf(wanted, request.Note) is { } problem)
        {
            throw ApiException.Of(400, "bad value", problem, null, "tags");
        }

        return await audit.RecordAsync(context, pipeline, "tag", new { kind, id, tags = wanted, note = request.Note }, () =>
            tags.SetAsync(pipeline, kind, id, wanted, request.Note, context.Who().Name, cancellation));
    }

    private static async Task<(PipelineName Name, ModelVersion Model)> ModelAsync(string pipeline, string version, ModelRegistry models, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        return (name, await models.FindAsync(name, version, cancellation)
            ?? throw ApiException.NotFound(Sentence.Of("api-no-version", ("pipeline", name)), Sentence.Of("api-no-version-next", ("pipeline", name))));
    }

    private static Tagged<TagsRequest> Answer(Tagging? tagging) => Tagged.Of(new TagsRequest(tagging?.Tags ?? [], tagging?.Note));
}
