using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs;
using Azure;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>A file that can be downloaded.</summary>
/// <param name="Name">File name.</param>
/// <param name="Path">Where it is to be had from this server.</param>
/// <param name="Length">Bytes.</param>
/// <param name="LastModified">When it was written.</param>
internal sealed record FileFacts(string Name, string Path, long Length, DateTimeOffset? LastModified);

/// <summary>Downloads: predictions, manifests and reports of a period, and refused files. Ranges and ETags as in RFC 9110.</summary>
internal static class FilesApi
{
    private static readonly string[] GetAndHead = ["GET", "HEAD"];

    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}").WithTags("files");
        group.MapGet("/predictions", PredictionsAsync).WithSummary("What lies in the output container: predictions, manifests, reports.").ProducesProblem(404);
        Download(group, "/periods/{period}/predictions.csv", "text/csv", ".csv", "The newest predictions of a period.");
        Download(group, "/periods/{period}/predictions.parquet", "application/vnd.apache.parquet", ".parquet", "The same with types, where the definition asks for Parquet.");
        Download(group, "/periods/{period}/manifest.json", "application/json", ".manifest.json", "Where they came from.");
        Download(group, "/periods/{period}/report.html", "text/html", ".report.html", "The report on them, for people.");
        group.MapGet("/rejected", RejectedAsync).WithSummary("Refused files, set-aside rows and the reasons.").ProducesProblem(404);
        group.MapMethods("/rejected/{name}", GetAndHead, RefusedFileAsync).WithSummary("One of them.").Produces<Stream>(200, "application/octet-stream").ProducesProblem(404);
    }

    private static void Download(RouteGroupBuilder group, string path, string type, string suffix, string summary) =>
        group.MapMethods(path, GetAndHead, async (string pipeline, string period, StorageAccount account, HttpContext context, CancellationToken cancellation) =>
            {
                var (name, wanted) = (Lookup.Pipeline(pipeline), Lookup.Period(period));
                if (type == "text/html")
                {
                    SecurityHeaders.Sandbox(context.Response);
                }

                // The page shows reports; all else is for the disk, whatever a browser might take it for.
                var file = $"pred_{wanted}{suffix}";
                return await OpenAsync(account.Output.GetBlobClient($"{name}/{file}"), type, type == "text/html" ? null : file, Sentence.Of("api-no-file", ("file", file), ("pipeline", name)), Sentence.Of("api-period-next"), cancellation);
            })
            .WithSummary(summary).Produces<Stream>(200, type).Produces(206).Produces(304).ProducesProblem(404);

    private static async Task<Tagged<Page<FileFacts>>> PredictionsAsync(
        string pipeline, StorageAccount account, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var files = new List<FileFacts>();
        await foreach (var blob in account.Output.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{name}/pred_" }, cancellationToken: cancellation))
        {
            var file = blob.Name[(name.Value.Length + 1)..];
            var dot = file.IndexOf('.', StringComparison.Ordinal);
            var kind = dot < 0 ? null : file[dot..] switch { ".csv" => "predictions.csv", ".parquet" => "predictions.parquet", ".manifest.json" => "manifest.json", ".report.html" => "report.html", _ => null };
            if (kind is not null && Period.TryParse(file["pred_".Length..dot], out var period))
            {
                files.Add(Facts(blob, file, $"/api/pipelines/{name}/periods/{period}/{kind}"));
            }
        }

        files.Reverse();
        return Tagged.Of(Page.Of(files, f => f.Name, limit, continuation));
    }

    private static async Task<Tagged<Page<FileFacts>>> RejectedAsync(
        string pipeline, StorageAccount account, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var files = new List<FileFacts>();
        await foreach (var blob in account.Rejected.GetBlobsAsync(new GetBlobsOptions { Prefix = name + "/" }, cancellationToken: cancellation))
        {
            var file = blob.Name[(name.Value.Length + 1)..];
            files.Add(Facts(blob, file, $"/api/pipelines/{name}/rejected/{Uri.EscapeDataString(file)}"));
        }

        return Tagged.Of(Page.Of(files.OrderByDescending(f => f.LastModified).ThenBy(f => f.Name, StringComparer.Ordinal).ToList(), f => f.Name, limit, continuation));
    }

    private static Task<FileStreamHttpResult> RefusedFileAsync(string pipeline, string name, StorageAccount account, CancellationToken cancellation)
    {
        var folder = Lookup.Pipeline(pipeline);

        // Dead letters lie one folder deeper; the slash comes escaped, as the list gives it.
        name = name.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (name.Split('/') is not { Length: <= 2 } parts || !Array.TrueForAll(parts, part => RunId.TryParse(part, out _)))
        {
            throw ApiException.Of(400, "bad name", Sentence.Of("api-refused-name"), Sentence.Of("api-rejected-next", ("pipeline", folder)), "name");
        }

        return OpenAsync(account.Rejected.GetBlobClient($"{folder}/{name}"), "application/octet-stream", parts[^1], Sentence.Of("api-no-refused-file", ("pipeline", folder)), Sentence.Of("api-rejected-next", ("pipeline", folder)), cancellation);
    }

    // A seekable stream over the blob, bound to the version that it began with: a replaced file never gives a mixture.
    public static async Task<FileStreamHttpResult> OpenAsync(BlobClient blob, string type, string? saveAs, Sentence missing, Sentence next, CancellationToken cancellation)
    {
        try
        {
            BlobProperties properties = await blob.GetPropertiesAsync(cancellationToken: cancellation);
            var stream = await blob.OpenReadAsync(
                new BlobOpenReadOptions(allowModifications: false) { Conditions = new BlobRequestConditions { IfMatch = properties.ETag } }, cancellation);
            return TypedResults.Stream(
                stream, type == "text/html" ? "text/html; charset=utf-8" : type, saveAs, properties.LastModified,
                new EntityTagHeaderValue(properties.ETag.ToString("H")), enableRangeProcessing: true);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw ApiException.NotFound(missing, next);
        }
    }

    public static FileFacts Facts(BlobItem blob, string name, string path) =>
        new(name, path, blob.Properties.ContentLength ?? 0, blob.Properties.LastModified);
}
