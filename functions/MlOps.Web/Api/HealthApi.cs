using Azure;
using Microsoft.AspNetCore.Http.HttpResults;
using MlOps.Storage;
using MlOps.Web.Access;

namespace MlOps.Web.Api;

/// <summary>Whether the server lives, and whether it can work.</summary>
internal static class HealthApi
{
    // No pipeline's name begins with an underscore.
    private const string Probe = "_health/ready";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        foreach (var path in (string[])["/health", "/health/live"])
        {
            routes.MapGet(path, () => TypedResults.Text("live\n")).WithTags("health").WithSummary("Whether the process answers.").Produces<string>(200, "text/plain").WithMetadata(new OpenToAll());
        }

        foreach (var path in (string[])["/ready", "/health/ready"])
        {
            routes.MapGet(path, ReadyAsync).WithTags("health").WithSummary("Whether the storage account answers too.").Produces<string>(200, "text/plain").Produces<string>(503, "text/plain").WithMetadata(new OpenToAll());
        }
    }

    private static async Task<ContentHttpResult> ReadyAsync(StorageAccount account, ServerState server, CancellationToken cancellation)
    {
        if (server.Hindrance() is { } hindrance)
        {
            return TypedResults.Text($"not ready: {hindrance}\n", statusCode: 503);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            if (!await account.Definitions.ExistsAsync(limit.Token))
            {
                return TypedResults.Text("not ready: the account has no containers yet\n", statusCode: 503);
            }

            // Reading goes on for long where nothing can be written any more, such as on a full disk.
            await account.Artifacts.GetBlobClient(Probe).UploadAsync(BinaryData.FromString("ready"), overwrite: true, limit.Token);
            return TypedResults.Text("ready\n");
        }
        catch (RequestFailedException e) when (e.Status >= 500)
        {
            return TypedResults.Text("not ready: the storage account cannot write; is its disk full?\n", statusCode: 503);
        }
        catch (RequestFailedException e) when (e.Status is 401 or 403)
        {
            return TypedResults.Text("not ready: the server has no right to write to the storage account\n", statusCode: 503);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return TypedResults.Text("not ready: the storage account does not answer\n", statusCode: 503);
        }
    }
}
