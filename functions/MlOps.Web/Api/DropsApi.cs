using Azure;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>A file that was taken.</summary>
/// <param name="Blob">Where it lies.</param>
/// <param name="ETag">Its version.</param>
/// <param name="Length">Its bytes, unpacked.</param>
/// <param name="Period">Address that says what becomes of it.</param>
internal sealed record TakenDrop(string Blob, string ETag, long Length, string Period);

/// <summary>A refused file that is to be processed again.</summary>
/// <param name="File">Its name, as the list of refused files gives it.</param>
internal sealed record ReplayRequest(string File);

/// <summary>Files from people and other systems, as upstream drops them.</summary>
internal static class DropsApi
{
    public static void MapDrops(this IEndpointRouteBuilder routes, ApiLimits limits)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}").WithTags("drops").Needs(Role.Operator);
        group.MapPut("/drops/{file}", PutAsync).WithSummary("Drops a file: initial.csv, yyyyMMdd.csv, of pictures .zip, or a corrected quarantine file; .gz is unpacked.")
            .Accepts<Stream>(isOptional: true, "text/csv", "application/octet-stream", "application/gzip", "application/zip").WithMetadata(new RequestSizeLimitAttribute(limits.DropBytes))
            .RequireRateLimiting(ApiLimits.Uploads).ProducesProblem(400).ProducesProblem(408).ProducesProblem(409).ProducesProblem(413).ProducesProblem(422);
        group.MapPost("/replay", ReplayAsync).WithSummary("Processes a file again that was put aside.")
            .RequireRateLimiting(ApiLimits.Changes).ProducesProblem(409);
    }

    private static async Task<Accepted<TakenDrop>> PutAsync(
        string pipeline, string file, StorageAccount account, Audit audit, ApiLimits limits, HttpContext context, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        if (!DropUpload.TryName(name, file, out var blob))
        {
            var day = file.Split('.')[0];
            throw ApiException.Of(
                400, "not a drop's name", Period.MissingDay(day) is null ? Sentence.Of("drop-name") : Sentence.Of("drop-no-day", ("day", day)), Sentence.Of("drop-name-next"), "file");
        }

        if (context.Request.ContentLength == 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            throw ApiException.Of(422, "empty file", Sentence.Of("drop-empty"), Sentence.Of("drop-empty-next"));
        }

        if (!await account.Definitions.GetBlobClient($"{name}.yaml").ExistsAsync(cancellation))
        {
            throw ApiException.Of(409, "no definition", Sentence.Of("drop-no-definition", ("pipeline", name)), Sentence.Of("drop-no-definition-next", ("pipeline", name)));
        }

        var taken = await audit.RecordAsync(context, name, "drop", new { file }, () => TakeAsync(account, blob, file, limits, context, cancellation));
        var period = $"/api/pipelines/{name}/periods/{blob[(name.Value.Length + 1)..].Split('.')[0]}";
        return TypedResults.Accepted(period, new TakenDrop($"{account.Input.Name}/{blob}", taken.ETag, taken.Length, period));
    }

    private static async Task<(string ETag, long Length)> TakeAsync(
        StorageAccount account, string blob, string file, ApiLimits limits, HttpContext context, CancellationToken cancellation)
    {
        try
        {
            return await DropUpload.PutAsync(account, context.Request.Body, DropUpload.IsPacked(file), blob, limits.DropBytes, cancellation);
        }
        catch (DropTooLongException e)
        {
            throw ApiException.Of(413, "too large", Sentence.Of("drop-too-long", ("bytes", e.BytesMax)), Sentence.Of("drop-too-long-next"));
        }
        catch (InvalidDataException e)
        {
            throw ApiException.Of(422, "not gzip", Sentence.Of("drop-not-gzip", ("reason", e.Message)), Sentence.Of("drop-not-gzip-next"));
        }
        catch (Exception e) when (e is not BadHttpRequestException && Bad(e) is { } bad)
        {
            // What went wrong with the request's body reaches here through the storage client.
            throw ApiException.Of(
                bad.StatusCode, bad.StatusCode == 408 ? "too slow" : "not received whole", Sentence.Of("drop-broken-off", ("reason", bad.Message)), Sentence.Of("drop-broken-off-next"));
        }
    }

    private static async Task<ChangedRuns> ReplayAsync(
        string pipeline, ReplayRequest request, Steering steering, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        return await audit.RecordAsync(context, name, "replay", new { request.File }, async () =>
            new ChangedRuns([await steering.ReplayAsync($"{name}/{request.File}", cancellation)]));
    }

    private static BadHttpRequestException? Bad(Exception e) => e switch
    {
        BadHttpRequestException bad => bad,
        AggregateException many => many.InnerExceptions.Select(Bad).FirstOrDefault(inner => inner is not null),
        RequestFailedException or IOException when e.InnerException is { } inner => Bad(inner),
        _ => null,
    };
}
