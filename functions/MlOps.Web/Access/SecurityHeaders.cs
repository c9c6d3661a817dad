using System.Security.Cryptography;

namespace MlOps.Web.Access;

/// <summary>What every answer tells a browser: run nothing that is not ours, show it in nobody's frame, guess no types, tell nobody where one came from.</summary>
internal static class SecurityHeaders
{
    // Reports carry their own styles and pictures; scripts, forms, links to other hosts and this server's own API are out of their reach.
    private const string ReportPolicy =
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; "
        + "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    /// <summary>Adds them to every answer, also to refusals.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=()";
        headers.CacheControl = "no-store";
        return next(context);
    });

    /// <summary>Lets the page that shows the API run its own script, which the answer carries, and write its own styles.</summary>
    /// <param name="response">The answer that is that page.</param>
    /// <returns>What the script must say to be run, another each time.</returns>
    public static string AllowReference(HttpResponse response)
    {
        var nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        response.Headers.ContentSecurityPolicy = $"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
            + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
        return nonce;
    }

    /// <summary>Shows a report without rights: whatever it may contain, nothing of it runs.</summary>
    public static void Sandbox(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ReportPolicy;
        response.Headers.XFrameOptions = "SAMEORIGIN";
        response.Headers.CacheControl = "private, no-cache";
    }
}
