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

/// <summary>Definitions: read, check, change. A change says what it was made from, so that nobody overwrites what they have not seen.</summary>
internal static class DefinitionsApi
{
    private const string Yaml = "application/yaml";

    public static void MapDefinitions(this IEndpointRouteBuilder routes, ApiLimits limits)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}/definition").WithTags("definitions");
        group.MapGet("", ReadAsync).WithSummary("The definition as it is written, with its ETag.")
            .Produces<string>(200, Yaml).Produces(304).ProducesProblem(404);
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
        string pipeline, StorageAccount account, Audit audit, HttpContext context, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        var conditions = Conditions(context.Request);
        var text = await TextAsync(context.Request, cancellation);
        var definition = PipelineDefinition.Parse(text, $"{name}.yaml");
        var etag = await audit.RecordAsync(context, name, "definition", new { sha256 = definition.Hash }, () =>
            DropUpload.PutDefinitionAsync(account, name, text, conditions, cancellation));
        context.Response.GetTypedHeaders().ETag = new EntityTagHeaderValue(etag.ToString("H"));
        return TypedResults.NoContent();
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
