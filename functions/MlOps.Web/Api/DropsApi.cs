using Azure;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using MlOps.Pipeline.Orchestrations;
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
        group.MapPut("/drops/{file}", PutAsync).WithSummary("Drops a file: initial.csv, yyyyMMdd.csv, or a corrected quarantine file; .gz is unpacked.")
            .Accepts<Stream>(isOptional: true, "text/csv", "application/octet-stream", "application/gzip").WithMetadata(new RequestSizeLimitAttribute(limits.DropBytes))
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
            throw new ApiException(
                400, "not a drop's name", Period.MissingDay(file.Split('.')[0]) is { } missing ? $"{missing}." : "The name is not that of a drop.", "Call it initial.csv (the history) or yyyyMMdd.csv (a period, such as 20201001.csv).", "file");
        }

        if (context.Request.ContentLength == 0 || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            throw new ApiException(422, "empty file", "The file has no bytes.", "Send the file as the body, with its length; with curl: -T FILE.");
        }

        if (!await account.Definitions.GetBlobClient($"{name}.yaml").ExistsAsync(cancellation))
        {
            throw new ApiException(409, "no definition", $"'{name}' has no definition, so no run could use the file.", $"PUT /api/pipelines/{name}/definition first.");
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
            throw new ApiException(413, "too large", e.Message, "Divide it into periods, or drop it into the input container with a storage client.");
        }
        catch (InvalidDataException e)
        {
            throw new ApiException(422, "not gzip", $"The file is named .gz but cannot be unpacked: {e.Message}", "Send it unpacked under its own name.");
        }
        catch (Exception e) when (e is not BadHttpRequestException && Bad(e) is { } bad)
        {
            // What went wrong with the request's body reaches here through the storage client.
            throw new ApiException(bad.StatusCode, bad.StatusCode == 408 ? "too slow" : "not received whole", bad.Message, "Send it again; nothing of it was kept.");
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
