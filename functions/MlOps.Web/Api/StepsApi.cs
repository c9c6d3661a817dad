using Microsoft.AspNetCore.Http.HttpResults;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>What a step of a run read, decided and made, and its files to look at.</summary>
internal static class StepsApi
{
    public static void MapSteps(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/runs/{id}/steps/{key}").WithTags("runs");
        group.MapGet("", ReadAsync).WithSummary("A step that has ended, of a run that has or that goes on: what it read, what it found and decided, what it made.").ProducesProblem(404);
        group.MapMethods("/files/{name}", ["GET", "HEAD"], FileAsync).WithSummary("A file that the step made.").Produces<Stream>(200, "application/octet-stream").Produces(206).Produces(304).ProducesProblem(404);
    }

    private static async Task<Tagged<StepDetails>> ReadAsync(string id, string key, StepLooks looks, CancellationToken cancellation)
    {
        var run = Lookup.Run(id);
        return Tagged.Of(await looks.FindAsync(run, key, cancellation) ?? throw ApiException.NotFound(Sentence.Of("api-no-step", ("run", run)), Sentence.Of("api-no-step-next", ("run", run))));
    }

    private static async Task<FileStreamHttpResult> FileAsync(string id, string key, string name, StepLooks looks, StorageAccount account, CancellationToken cancellation)
    {
        var run = Lookup.Run(id);
        Sentence[] missing = [Sentence.Of("api-no-step-file", ("file", name)), Sentence.Of("api-no-step-file-next", ("run", run), ("key", key))];
        var path = await looks.PathAsync(run, key, name, cancellation) ?? throw ApiException.NotFound(missing[0], missing[1]);
        // Whatever it is, it is for the disk: a browser is never to take it for a page of this server.
        return await FilesApi.OpenAsync(account.Artifacts.GetBlobClient(path), "application/octet-stream", name, missing[0], missing[1], cancellation);
    }
}
