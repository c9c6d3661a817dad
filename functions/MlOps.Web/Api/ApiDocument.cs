using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using MlOps.Storage;

namespace MlOps.Web.Api;

/// <summary>The OpenAPI document, at <c>/openapi/v1.json</c>.</summary>
internal static class ApiDocument
{
    public static void Configure(OpenApiOptions options) => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info = new OpenApiInfo
        {
            Title = "MlOps",
            Version = CodeVersion.Current,
            Description = "Pipelines, runs, predictions, models and scoring. Errors are problem+json; lists come in pages with a continuation; answers carry ETags.",
        };
        return Task.CompletedTask;
    });
}
