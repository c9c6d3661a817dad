using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>A pipeline's models.</summary>
/// <param name="Champion">The one that predicts.</param>
/// <param name="Previous">The one before it, to which a rollback goes.</param>
/// <param name="Models">The versions, the newest period first.</param>
/// <param name="Challenger">The one that answers a share of the rows.</param>
/// <param name="Shadow">The one that scores for the record only.</param>
/// <param name="WhyNone">Why no model is in production, where none is.</param>
/// <param name="Tags">Tags and notes by version, of those that have any.</param>
internal sealed record ModelList(string? Champion, string? Previous, Page<ModelVersion> Models, string? Challenger, string? Shadow, Told? WhyNone, IReadOnlyDictionary<string, Tagging> Tags);

/// <summary>Two models side by side.</summary>
/// <param name="Left">One version.</param>
/// <param name="Right">The other.</param>
/// <param name="Parameters">Parameters in which they differ: both values, <see langword="null"/> where a side has none.</param>
/// <param name="Metrics">Metrics of both by <c>part/name</c> as each was registered with them: on its own rows, so that they say little about which one is better.</param>
/// <param name="SameRows">Metrics of both on the same rows.</param>
internal sealed record ModelComparison(
    ModelVersion Left, ModelVersion Right, IReadOnlyDictionary<string, IReadOnlyList<string?>> Parameters, IReadOnlyDictionary<string, IReadOnlyList<double?>> Metrics,
    SameRows SameRows);

/// <summary>Why a model is made the champion by hand.</summary>
/// <param name="Why">Why, in one line; kept with the decision.</param>
internal sealed record PromoteRequest(string? Why);

/// <summary>What is in production after a change.</summary>
/// <param name="Champion">The one that predicts.</param>
/// <param name="Previous">The one before it.</param>
internal sealed record ReleaseFacts(string? Champion, string? Previous);

/// <summary>Models: list, compare, what was live when, promote, roll back.</summary>
internal static class ModelsApi
{
    public static void MapModels(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}").WithTags("models");
        group.MapGet("/models", ListAsync).WithSummary("The models with their metrics and aliases; with where=… those that fit, as in auc > 0.75 and tag = audit.").ProducesProblem(404);
        group.MapGet("/models/{version}", GetAsync).WithSummary("One model.").ProducesProblem(404);
        group.MapGet("/models/{version}/compare/{other}", CompareAsync).WithSummary("Two models side by side.").ProducesProblem(404);
        group.MapGet("/live", LiveAsync).WithSummary("Which model was in production at a time, who put it there and why.").ProducesProblem(404);
        group.MapGet("/releases", ReleasesAsync).WithSummary("Every decision about the champion, the newest first.").ProducesProblem(404);
        group.MapPost("/models/{version}/promote", PromoteAsync).WithSummary("Makes a model the champion: from now on it predicts. The body may say why; the reason is kept with the decision.")
            .Needs(Role.Releaser).ProducesProblem(400).ProducesProblem(404);
        group.MapPost("/rollback", RollbackAsync).WithSummary("Puts the champion before the present one back in its place.")
            .Needs(Role.Releaser).ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Tagged<ModelList>> ListAsync(
        string pipeline, Finder finder, AliasStore aliases, RunHistory history, string? where, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var now = await aliases.ReadAsync(name, cancellation);
        var found = await finder.ModelsAsync(name, where, cancellation);
        var tags = found.Select(m => m.Tagging).OfType<Tagging>().ToDictionary(t => t.Id, StringComparer.Ordinal);
        return Tagged.Of(new ModelList(now.Champion, now.Previous, Page.Of(found.Select(m => m.Model), v => v.Version, limit, continuation), now.Traffic?.Challenger, now.Traffic?.Shadow, Told.Of(now.WhyNone(name.Value)), tags));
    }

    private static async Task<Tagged<ModelVersion>> GetAsync(string pipeline, string version, ModelRegistry models, CancellationToken cancellation) =>
        Tagged.Of(await FindAsync(pipeline, version, models, cancellation));

    private static async Task<Tagged<ModelComparison>> CompareAsync(
        string pipeline, string version, string other, ModelRegistry models, SideBySide sideBySide, CancellationToken cancellation)
    {
        var sides = new[] { await FindAsync(pipeline, version, models, cancellation), await FindAsync(pipeline, other, models, cancellation) };
        var parameters = sides.SelectMany(s => s.Parameters.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select(name => (Name: name, Values: (IReadOnlyList<string?>)[.. sides.Select(s => s.Parameters.GetValueOrDefault(name))]))
            .Where(p => p.Values[0] != p.Values[1]).ToDictionary(p => p.Name, p => p.Values);
        var metrics = sides.Select(s => s.Metrics.SelectMany(part => part.Value.Select(value => (Name: $"{part.Key}/{value.Key}", value.Value)))
            .ToDictionary(value => value.Name, value => value.Value)).ToArray();
        var all = metrics.SelectMany(m => m.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToDictionary(
            name => name, name => (IReadOnlyList<double?>)[.. metrics.Select(m => m.TryGetValue(name, out var value) ? value : (double?)null)]);
        return Tagged.Of(new ModelComparison(sides[0], sides[1], parameters, all, await sideBySide.MeasureAsync(Lookup.Pipeline(pipeline), sides[0], sides[1], cancellation)));
    }

    private static async Task<Tagged<Release>> LiveAsync(string pipeline, string? at, AliasStore aliases, RunHistory history, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        return (await aliases.ReadAsync(name, cancellation)).LiveAt(at is null ? DateTimeOffset.MaxValue : IsoTime.Parse(at)) is { } release
            ? Tagged.Of(release)
            : throw ApiException.NotFound(Sentence.Of("api-not-live", ("pipeline", name)), Sentence.Of("api-releases-next", ("pipeline", name)));
    }

    private static async Task<Tagged<Page<Release>>> ReleasesAsync(
        string pipeline, AliasStore aliases, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var releases = (await aliases.ReadAsync(await Lookup.ExistingAsync(pipeline, history, cancellation), cancellation)).History;
        var numbered = releases.Select((release, i) => (Release: release, Key: $"{i}")).Reverse().ToList();
        var page = Page.Of(numbered, r => r.Key, limit, continuation);
        return Tagged.Of(new Page<Release>([.. page.Items.Select(r => r.Release)], page.Continuation));
    }

    private static async Task<ReleaseFacts> PromoteAsync(
        string pipeline, string version, PromoteRequest? request, ModelRegistry models, AliasStore aliases, Champions champions, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var found = await FindAsync(pipeline, version, models, cancellation);
        var name = Lookup.Pipeline(pipeline);
        if (request?.Why is { } why && GivenReason.ProblemOf(why) is { } problem)
        {
            throw ApiException.Of(400, "bad value", problem, null, "why");
        }

        var by = request?.Why is null ? null : new GivenDecision(context.Who().Name, request.Why);
        return await audit.RecordAsync(context, name, "promote", new { version = found.Version, why = request?.Why }, async () =>
            await MovedAsync(name, await aliases.PromoteAsync(name, found.Version, by, cancellation), champions, cancellation));
    }

    private static async Task<ReleaseFacts> RollbackAsync(
        string pipeline, AliasStore aliases, RunHistory history, Champions champions, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        return await audit.RecordAsync(context, name, "rollback", new { }, async () =>
        {
            try
            {
                return await MovedAsync(name, await aliases.RollbackAsync(name, cancellation), champions, cancellation);
            }
            catch (InvalidOperationException e)
            {
                throw new ApiException(409, "nothing to go back to", e.Message, $"GET /api/pipelines/{name}/models lists what can be promoted.")
                {
                    Said = e.InnerException is SaidException said ? SaidException.Read(said.Message) : null, NextSaid = Sentence.Of("api-models-next", ("pipeline", name)),
                };
            }
        });
    }

    private static async Task<ReleaseFacts> MovedAsync(PipelineName name, Aliases now, Champions champions, CancellationToken cancellation)
    {
        await champions.RefreshAsync(name, cancellation);
        return new ReleaseFacts(now.Champion, now.Previous);
    }

    private static async Task<ModelVersion> FindAsync(string pipeline, string version, ModelRegistry models, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        return await models.FindAsync(name, version, cancellation)
            ?? throw ApiException.Of(404, "not found", Sentence.Of("api-no-version", ("pipeline", name)), Sentence.Of("api-no-version-next", ("pipeline", name)));
    }
}
