using System.Text;
using Azure.Storage.Blobs.Models;
using Azure;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Http;
using MlOps.Web.Runs;

namespace MlOps.Web.Api;

/// <summary>What a text would mean as a definition.</summary>
/// <param name="Valid">Whether it can be used.</param>
/// <param name="Errors">What is wrong, with line and column.</param>
/// <param name="Settings">What it says, defaults filled in; <see langword="null"/> where it is not valid.</param>
internal sealed record DefinitionCheck(bool Valid, IReadOnlyList<DefinitionError> Errors, PipelineDefinition? Settings);

/// <summary>A text that was the definition.</summary>
/// <param name="Sha256">SHA-256 of the text.</param>
/// <param name="At">When it was put there, or first kept.</param>
/// <param name="Who">Who put it there over HTTP; <see langword="null"/> where it came another way.</param>
/// <param name="IsCurrent">Whether it is the definition now.</param>
/// <param name="Text">The text.</param>
internal sealed record DefinitionRevision(string Sha256, DateTimeOffset At, string? Who, bool IsCurrent, string Text);

/// <summary>Definitions: read, check, change. A change says what it was made from, so that nobody overwrites what they have not seen.</summary>
internal static class DefinitionsApi
{
    private const string Yaml = "application/yaml";
    private const string Action = "definition";
    private const string Sha256 = "sha256";
    private const int ChangesMax = 500;

    public static void MapDefinitions(this IEndpointRouteBuilder routes, ApiLimits limits)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}/definition").WithTags("definitions");
        group.MapGet("", ReadAsync).WithSummary("The definition as it is written, with its ETag.")
            .Produces<string>(200, Yaml).Produces(304).ProducesProblem(404);
        group.MapGet("/history", HistoryAsync).WithSummary("Every text that was the definition, as far as a run began with it or it was replaced over HTTP, the newest first.").ProducesProblem(404);
        group.MapPost("/validate", CheckAsync).WithSummary("Checks a text without changing anything.")
            .Accepts<string>(Yaml).WithMetadata(new RequestSizeLimitAttribute(limits.DefinitionBytes)).ProducesProblem(413);
        group.MapPut("", ChangeAsync).WithSummary("Changes the definition under If-Match, or makes the first under If-None-Match: *.")
            .Accepts<string>(Yaml).WithMetadata(new RequestSizeLimitAttribute(limits.DefinitionBytes)).RequireRateLimiting(ApiLimits.Changes)
            .Needs(Role.Releaser).ProducesProblem(412).ProducesProblem(413).ProducesProblem(422).ProducesProblem(428);
    }

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult>> ReadAsync(
        string pipeline, StorageAccount account, HttpContext context, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        try
        {
            var content = (await account.Definitions.GetBlobClient($"{name}.yaml").DownloadContentAsync(cancellation)).Value;
            context.Response.Headers.CacheControl = "private, no-cache";
            return TypedResults.File(
                content.Content.ToArray(), Yaml, entityTag: new EntityTagHeaderValue(content.Details.ETag.ToString("H")), lastModified: content.Details.LastModified);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            throw ApiException.NotFound(Sentence.Of("api-no-definition", ("pipeline", name)), Sentence.Of("api-no-definition-next", ("pipeline", name)));
        }
    }

    private static async Task<DefinitionCheck> CheckAsync(string pipeline, HttpRequest request, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        try
        {
            return new DefinitionCheck(true, [], PipelineDefinition.Parse(await TextAsync(request, cancellation), $"{name}.yaml"));
        }
        catch (DefinitionException e)
        {
            return new DefinitionCheck(false, e.Errors, null);
        }
    }

    private static async Task<NoContent> ChangeAsync(
        string pipeline, StorageAccount account, DefinitionStore definitions, Audit audit, TimeProvider time, HttpContext context, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        var conditions = Conditions(context.Request);
        var text = await TextAsync(context.Request, cancellation);
        var definition = PipelineDefinition.Parse(text, $"{name}.yaml");
        var etag = await audit.RecordAsync(context, name, Action, new { sha256 = definition.Hash }, async () =>
        {
            // Both can be gone back to, whether or not a run begins with them.
            await KeepCurrentAsync(account, name, definitions, cancellation);
            await definitions.KeepAsync(name, text, time.GetUtcNow(), cancellation);
            return await DropUpload.PutDefinitionAsync(account, name, text, conditions, cancellation);
        });
        context.Response.GetTypedHeaders().ETag = new EntityTagHeaderValue(etag.ToString("H"));
        return TypedResults.NoContent();
    }

    private static async Task<Tagged<Page<DefinitionRevision>>> HistoryAsync(
        string pipeline, StorageAccount account, DefinitionStore definitions, Audit audit, RunHistory history, int? limit, string? continuation, CancellationToken cancellation)
    {
        var name = await Lookup.ExistingAsync(pipeline, history, cancellation);
        var current = (await CurrentAsync(account, name, cancellation))?.Content.ToString();
        // Who, as far as the latest changes say: the audit grows without end.
        var records = await Task.WhenAll((await audit.ListAsync(name, cancellation)).Take(ChangesMax).Select(id => audit.ReadAsync(name, id, cancellation)));
        var changes = records.Where(r => r is { Action: Action, Outcome: Audit.Done } && r.Subject.TryGetProperty(Sha256, out _))
            .DistinctBy(r => r.Subject.GetProperty(Sha256).GetString()).ToDictionary(r => r.Subject.GetProperty(Sha256).GetString() ?? "", StringComparer.Ordinal);
        var all = (await definitions.HistoryAsync(name, cancellation)).Select(kept =>
        {
            var change = changes.GetValueOrDefault(kept.Sha256);
            return new DefinitionRevision(kept.Sha256, change?.At ?? kept.At, change?.Who, kept.Text == current, kept.Text);
        });
        return Tagged.Of(Page.Of(all.OrderByDescending(r => r.At).ToList(), r => r.Sha256, limit, continuation));
    }

    private static async Task KeepCurrentAsync(StorageAccount account, PipelineName name, DefinitionStore definitions, CancellationToken cancellation)
    {
        if (await CurrentAsync(account, name, cancellation) is { } replaced)
        {
            await definitions.KeepAsync(name, replaced.Content.ToString(), replaced.Details.LastModified, cancellation);
        }
    }

    private static async Task<BlobDownloadResult?> CurrentAsync(StorageAccount account, PipelineName name, CancellationToken cancellation)
    {
        try
        {
            return (await account.Definitions.GetBlobClient($"{name}.yaml").DownloadContentAsync(cancellation)).Value;
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private static BlobRequestConditions Conditions(HttpRequest request)
    {
        if (request.GetTypedHeaders().IfMatch is [var tag] && !tag.Equals(EntityTagHeaderValue.Any) && !tag.IsWeak)
        {
            return new BlobRequestConditions { IfMatch = new ETag(tag.Tag.ToString()) };
        }

        return request.GetTypedHeaders().IfNoneMatch is [var none] && none.Equals(EntityTagHeaderValue.Any)
            ? new BlobRequestConditions { IfNoneMatch = ETag.All }
            : throw ApiException.Of(428, "condition missing", Sentence.Of("api-condition"), Sentence.Of("api-condition-definition-next"), "If-Match");
    }

    private static async Task<string> TextAsync(HttpRequest request, CancellationToken cancellation)
    {
        using var reader = new StreamReader(request.Body, new UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return await reader.ReadToEndAsync(cancellation);
        }
        catch (DecoderFallbackException)
        {
            throw ApiException.Of(422, "not UTF-8", Sentence.Of("api-definition-utf8"), Sentence.Of("api-definition-utf8-next"));
        }
    }
}
