using MlOps.Web.Access;
using Scalar.AspNetCore;

namespace MlOps.Web.Api;

/// <summary>
/// The API to read and to try in a browser, at <c>/docs/</c>: every call with its parameters, answers and examples, from the OpenAPI document. All that it is made of
/// comes from this server, and it asks no other one.
/// </summary>
internal static class ApiReference
{
    private const string Address = "/docs";

    /// <summary>Adds it.</summary>
    /// <param name="app">The application.</param>
    public static void MapApiReference(this WebApplication app) => app.MapScalarApiReference(Address, (options, context) =>
        options.WithTitle("MlOps API")
            .WithNonce(SecurityHeaders.AllowReference(context.Response))
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent()
            .DisableMcp()
            .HideClientButton()
            .HideDeveloperTools()).ExcludeFromDescription();
}
