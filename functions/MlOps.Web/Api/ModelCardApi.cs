using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Wording;
using MlOps.Web.Http;

namespace MlOps.Web.Api;

/// <summary>Everything about one model.</summary>
/// <param name="Model">What was registered: parameters, metrics, lineage.</param>
/// <param name="Aliases">What it is now: <c>champion</c>, <c>previous</c>, <c>challenger</c>, <c>shadow</c>.</param>
/// <param name="Champion">The champion now.</param>
/// <param name="Verdict">The gate's decision about it; <see langword="null"/> where there was none.</param>
/// <param name="Refused">Whether the gate did not let it in.</param>
/// <param name="Releases">Decisions that made it the champion, or that judged it, the newest first.</param>
/// <param name="Periods">How its predictions turned out, the newest period first, as far as labels are known.</param>
/// <param name="Evaluation">Curves, intervals and confusion on its test rows.</param>
/// <param name="Columns">Share of its gain by column of the file, the largest first.</param>
/// <param name="Tags">Tags that people have put on it.</param>
/// <param name="Note">Their note.</param>
internal sealed record ModelCard(
    ModelVersion Model, IReadOnlyList<string> Aliases, string? Champion, Told? Verdict, bool Refused, IReadOnlyList<Release> Releases, IReadOnlyList<RealisedPerformance> Periods,
    EvaluationDocument Evaluation, IReadOnlyList<ColumnGain> Columns, IReadOnlyList<string> Tags, string? Note);

/// <summary>One model in full.</summary>
internal static class ModelCardApi
{
    public static void MapModelCards(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/pipelines/{pipeline}/models/{version}/card", ReadAsync).WithTags("models")
            .WithSummary("Everything about one model: what it is now, the gate's verdict, how its predictions turned out by period, curves, the columns that it goes by.").ProducesProblem(404);

    private static async Task<Tagged<ModelCard>> ReadAsync(
        string pipeline, string version, ModelRegistry models, AliasStore aliases, PerformanceBook performance, ModelLooks looks, TagBook tags, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        var model = await models.FindAsync(name, version, cancellation)
            ?? throw ApiException.NotFound(Sentence.Of("api-no-version", ("pipeline", name)), Sentence.Of("api-no-version-next", ("pipeline", name)));
        var now = await aliases.ReadAsync(name, cancellation);
        var verdict = now.VerdictOn(model.Version);
        (string Alias, string? Version)[] all = [("champion", now.Champion), ("previous", now.Previous), ("challenger", now.Traffic?.Challenger), ("shadow", now.Traffic?.Shadow)];
        var measured = PerformanceBook.AsOf(await performance.ReadAsync(name, cancellation)).Select(e => e.Performance).Where(p => p.ModelVersion == model.Version);
        var tagging = (await tags.ReadAsync(name, TagBook.Model, cancellation)).GetValueOrDefault(model.Version);
        return Tagged.Of(new ModelCard(
            model, [.. all.Where(a => a.Version == model.Version).Select(a => a.Alias)], now.Champion,
            verdict is null ? null : new Told(verdict.Reason, verdict.Said), verdict is not null && verdict.Champion != model.Version,
            [.. now.History.Where(r => r.Champion == model.Version || r.Challenger == model.Version).Reverse()],
            [.. measured.OrderByDescending(p => p.Period, PeriodOrder.Instance)],
            await looks.EvaluationAsync(name, model, cancellation), await looks.GainAsync(name, model, cancellation), tagging?.Tags ?? [], tagging?.Note));
    }
}
