using MlOps.Pipeline.Wording;
using MlOps.Web.Http;

namespace MlOps.Web.Access;

/// <summary>
/// Refuses what a page of another origin makes a browser send: by <c>Origin</c>, by <c>Sec-Fetch-Site</c>
/// (https://www.w3.org/TR/fetch-metadata/), and by the content types that a form can send without asking first. The host's name
/// is checked before, so that a foreign name that resolves to this machine reaches nothing.
/// </summary>
internal static class OriginCheck
{
    private static readonly string[] FormTypes = ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"];

    /// <summary>Adds the check.</summary>
    public static void UseOriginCheck(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (Refusal(context.Request, context.RequestServices.GetRequiredService<OwnOrigins>().Origins) is { } refusal)
        {
            await Problems.WriteAsync(context, refusal);
            return;
        }

        await next(context);
    });

    private static ApiException? Refusal(HttpRequest request, IReadOnlySet<string> own)
    {
        var changes = !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));
        var origin = request.Headers.Origin;
        if (origin.Count > 0 && (origin.Count > 1 || !(string.Equals(origin[0], $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase) || own.Contains(origin[0]!))))
        {
            return ApiException.Of(403, "another origin", Sentence.Of("api-origin"), Sentence.Of("api-origin-next"), "Origin");
        }

        if (changes && request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site")
        {
            return ApiException.Of(403, "another origin", Sentence.Of("api-site"), Sentence.Of("api-origin-next"), "Sec-Fetch-Site");
        }

        var type = (request.ContentType ?? "").Split(';')[0].Trim();
        return changes && FormTypes.Contains(type, StringComparer.OrdinalIgnoreCase)
            ? ApiException.Of(415, "not a form", Sentence.Of("api-form", ("type", type!)), Sentence.Of("api-form-next"), "Content-Type")
            : null;
    }
}

/// <summary>Origins by which the server is reached from outside, where a platform stands before it; besides the one that a request names as its host.</summary>
/// <param name="Origins">Scheme and host each.</param>
internal sealed record OwnOrigins(IReadOnlySet<string> Origins);
