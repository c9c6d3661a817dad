using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Decide;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>What scores of two classes let decide: thresholds, gain and lift, on rows whose labels are known.</summary>
internal static class DecisionsApi
{
    private const string OfPeriod = "period";
    private const string OfTest = "test";

    public static void MapDecisions(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/api/runs/{id}/decisions", OfRunAsync).WithTags("runs")
            .WithSummary("What thresholds do, with gain and lift by decile, by the model that predicted in a run: on rows=period, the file's labelled rows (the default where it has them), or rows=test, the model's test rows.")
            .ProducesProblem(400).ProducesProblem(404);
        routes.MapGet("/api/pipelines/{pipeline}/models/{version}/decisions", OfModelAsync).WithTags("models")
            .WithSummary("What thresholds do, with gain and lift by decile, on a model's test rows.").ProducesProblem(404);
    }

    private static async Task<Tagged<DecisionDocument>> OfRunAsync(
        string id, string? rows, RunHistory history, ModelRegistry models, Decisions decisions, CancellationToken cancellation)
    {
        if (rows is not (null or OfPeriod or OfTest))
        {
            throw ApiException.Of(400, "no such rows", Sentence.Of("api-decision-rows", ("rows", rows)), Sentence.Of("api-decision-rows-next"), "rows");
        }

        var run = Lookup.Run(id);
        var (pipeline, _) = await history.FindAsync(run, cancellation);
        var document = await history.DocumentAsync(pipeline, run, cancellation);
        if (document is null || (document.Promotion?.Version ?? document.ModelVersion) is not { } version || await models.FindAsync(pipeline, version, cancellation) is not { } model)
        {
            throw None();
        }

        var found = rows == OfTest ? null : await PeriodAsync(pipeline, document, model, decisions, cancellation);
        return Tagged.Of(found ?? (rows == OfPeriod ? null : await decisions.OfTestRowsAsync(pipeline, model, cancellation)) ?? throw None());
    }

    private static async Task<Tagged<DecisionDocument>> OfModelAsync(
        string pipeline, string version, ModelRegistry models, Decisions decisions, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        var model = await models.FindAsync(name, version, cancellation)
            ?? throw ApiException.NotFound(Sentence.Of("api-no-version", ("pipeline", name)), Sentence.Of("api-no-version-next", ("pipeline", name)));
        return Tagged.Of(await decisions.OfTestRowsAsync(name, model, cancellation) ?? throw None());
    }

    private static async Task<DecisionDocument?> PeriodAsync(PipelineName pipeline, RunDocument run, ModelVersion model, Decisions decisions, CancellationToken cancellation) =>
        run.Steps.LastOrDefault(s => s.Name == "featurize-score") is { } features && run.Steps.LastOrDefault(s => s.Name == "predict") is { } predicted
            ? await decisions.OfPeriodAsync(pipeline, model, run.Period, features.Key, predicted.Key, cancellation)
            : null;

    private static ApiException None() => ApiException.NotFound(Sentence.Of("api-no-decisions", ("fewest", DecisionDocument.FewestRows)), Sentence.Of("api-no-decisions-next"));
}
