using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>Any number of models or runs beside each other.</summary>
internal static class ComparisonsApi
{
    public static void MapComparisons(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/pipelines/{pipeline}/models/compare", ModelsAsync).WithTags("models")
            .WithSummary("Two to twenty models beside each other, on the same rows where that can be: version=A&version=B…, all held against the first.").ProducesProblem(400).ProducesProblem(404);
        routes.MapGet("/api/runs/compare", RunsAsync).WithTags("runs")
            .WithSummary("Two to twenty runs beside each other, their models on the same rows where that can be: run=A&run=B…").ProducesProblem(400).ProducesProblem(404);
    }

    private static async Task<Tagged<ModelsComparison>> ModelsAsync(string pipeline, string[] version, Comparisons comparisons, RunHistory history, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        try
        {
            return Tagged.Of(await comparisons.OfModelsAsync(name, version, cancellation));
        }
        catch (ComparisonException e)
        {
            throw ApiException.Of(400, "cannot be compared", e.Said, null, "version");
        }
    }

    private static async Task<Tagged<RunsComparison>> RunsAsync(string[] run, Comparisons comparisons, CancellationToken cancellation)
    {
        try
        {
            return Tagged.Of(await comparisons.OfRunsAsync([.. run.Select(Lookup.Run)], cancellation));
        }
        catch (ComparisonException e)
        {
            throw ApiException.Of(400, "cannot be compared", e.Said, null, "run");
        }
    }
}
