using Microsoft.AspNetCore.Http.HttpResults;
using MlOps.Pipeline.FeatureStore;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Features of one id that are online.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Id">The id.</param>
/// <param name="Period">The newest period whose file has it.</param>
/// <param name="Revision">Revision of the period's publication.</param>
/// <param name="Sha256">SHA-256 of the period's feature file.</param>
/// <param name="WrittenAt">When the period's features were put online.</param>
/// <param name="ExpiresAt">Until when they are served; <see langword="null"/> for as long as the period is among the newest.</param>
/// <param name="Features">The cells by column: numbers, texts, truth values, dates as texts, <see langword="null"/> where missing.</param>
internal sealed record StoredFeatures(
    string Pipeline, string Id, string Period, int Revision, string Sha256, DateTimeOffset WrittenAt, DateTimeOffset? ExpiresAt, IReadOnlyDictionary<string, object?> Features);

/// <summary>The feature store over HTTP: what is online, the features of an id, and a period's file.</summary>
internal static class FeaturesApi
{
    private const string Parquet = "application/vnd.apache.parquet";

    public static void MapFeatures(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}").WithTags("features");
        group.MapGet("/features", OnlineAsync).WithSummary("Which periods' features are online, the newest first.").ProducesProblem(404);
        group.MapGet("/features/{id}", FindAsync).WithSummary("The newest features of an id, with their times.").ProducesProblem(404);
        group.MapMethods("/periods/{period}/features.parquet", ["GET", "HEAD"], FileAsync).WithSummary("The features of a period, where the definition keeps them.")
            .Produces<Stream>(200, Parquet).Produces(206).Produces(304).ProducesProblem(404);
    }

    private static async Task<Ok<IReadOnlyList<Generation>>> OnlineAsync(string pipeline, OnlineStore online, RunHistory history, CancellationToken cancellation) =>
        TypedResults.Ok(await online.GenerationsAsync(await Lookup.ExistingAsync(pipeline, history, cancellation), cancellation));

    private static async Task<Ok<StoredFeatures>> FindAsync(string pipeline, string id, OnlineStore online, RunHistory history, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);

        // A slash comes escaped, as in other addresses.
        var asked = id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var row = (await online.FindAsync(name, [asked], cancellation))[0]
            ?? throw ApiException.NotFound(
                Sentence.Of("api-no-features", ("id", asked.Length <= 60 ? asked : asked[..60] + "…"), ("pipeline", name)), Sentence.Of("api-no-features-next", ("pipeline", name), ("setting", "{online: true}")));
        var cells = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < row.Columns.Count; i++)
        {
            cells[row.Columns[i].Name] = row.Cells[i] is double number
                ? row.Columns[i].Kind switch
                {
                    ColumnKind.Boolean => number != 0,
                    ColumnKind.Number when double.IsFinite(number) => number,
                    _ => row.Text(i),
                }
                : row.Cells[i];
        }

        return TypedResults.Ok(new StoredFeatures(name.Value, row.Id, row.Period, row.Revision, row.Sha256, row.WrittenAt, row.ExpiresAt, cells));
    }

    private static Task<FileStreamHttpResult> FileAsync(string pipeline, string period, StorageAccount account, CancellationToken cancellation)
    {
        var (name, wanted) = (Lookup.Pipeline(pipeline), Lookup.Period(period));
        var file = OfflineStore.FileName(name, wanted);
        return FilesApi.OpenAsync(
            account.Features.GetBlobClient(file), Parquet, $"features_{name}_{wanted}.parquet", Sentence.Of("api-no-file", ("file", file), ("pipeline", name)), Sentence.Of("api-period-next"), cancellation);
    }
}
