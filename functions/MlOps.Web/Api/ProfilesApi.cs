using Azure;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>What the columns of a period's file hold, read in one pass from the kept copy of the file.</summary>
internal static class ProfilesApi
{
    public static void MapProfiles(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/pipelines/{pipeline}/periods/{period}/profile", GetAsync).WithTags("pipelines")
            .WithSummary("What the columns of the period's file hold: types, missing values, quantiles, histograms, frequent values.")
            .RequireRateLimiting(ApiLimits.Scoring).ProducesProblem(404).ProducesProblem(429);

    private static async Task<Tagged<TableProfile>> GetAsync(
        string pipeline, string period, StorageAccount account, RunHistory history, PictureTables pictures, CancellationToken cancellation)
    {
        var (name, wanted) = (Lookup.Pipeline(pipeline), Lookup.Period(period).Value);
        var ledger = (await history.LedgersAsync(name, cancellation))[0];
        var drop = ledger.Drops.Where(d => d.Period == wanted).MaxBy(d => d.Revision)
            ?? throw ApiException.NotFound(Sentence.Of("api-file-unread", ("period", wanted), ("pipeline", name)), Sentence.Of("api-periods-next", ("pipeline", name)));
        try
        {
            await using var stream = KeptDrop.Extension(drop.BlobName) == KeptDrop.Table
                ? await account.Artifacts.GetBlobClient(KeptDrop.NameOf(name, drop.BlobName, drop.Sha256)).OpenReadAsync(cancellationToken: cancellation)
                : await pictures.OpenAsync(name, ledger, drop, cancellation)
                    ?? throw ApiException.NotFound(Sentence.Of("api-pictures-untabled", ("period", wanted)), Sentence.Of("api-periods-next", ("pipeline", name)));
            var builder = new ProfileBuilder(null);
            builder.Add(stream, new CsvReadOptions(), cancellation);
            return Tagged.Of(builder.Build());
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw ApiException.NotFound(Sentence.Of("api-file-gone", ("period", wanted)), Sentence.Of("api-file-gone-next"));
        }
    }
}
