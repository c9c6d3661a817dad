using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>The data dictionary over HTTP.</summary>
internal static class DictionaryApi
{
    private const string Csv = "text/csv";

    public static void MapDictionary(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}").WithTags("pipelines");
        group.MapGet("/dictionary", ReadAsync).WithSummary("Every column: type, meaning, range, missing values, periods, what the model makes of it, importance and drift.").ProducesProblem(404);
        group.MapGet("/dictionary.csv", CsvAsync).WithSummary("The same as CSV.").Produces<Stream>(200, Csv).ProducesProblem(404);
    }

    private static async Task<Tagged<IReadOnlyList<DictionaryEntry>>> ReadAsync(string pipeline, DataDictionary dictionary, CancellationToken cancellation) =>
        Tagged.Of(await dictionary.ReadAsync(Lookup.Pipeline(pipeline), cancellation));

    private static async Task<IResult> CsvAsync(string pipeline, DataDictionary dictionary, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        using var file = new MemoryStream();
        DataDictionary.WriteCsv(await dictionary.ReadAsync(name, cancellation), file);
        return TypedResults.Bytes(file.ToArray(), Csv, $"dictionary_{name}.csv");
    }
}
