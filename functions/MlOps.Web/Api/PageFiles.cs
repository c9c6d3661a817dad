using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Extensions.FileProviders;

namespace MlOps.Web.Api;

/// <summary>The page: the files that its build has laid beside the executable. They hold no data; all of that comes through the API.</summary>
internal static class PageFiles
{
    private const string Missing =
        "This program was built without its page, because Node.js was not found then. The API is here: GET /openapi/v1.json describes it. "
        + "Install Node.js 20 or later with npm and build again to have the page.\n";

    /// <summary>Adds the page at <c>/</c>.</summary>
    /// <param name="app">The application.</param>
    /// <param name="folder">The built page.</param>
    public static void UsePage(this WebApplication app, string folder)
    {
        if (!File.Exists(Path.Combine(folder, "index.html")))
        {
            app.MapWhen(context => context.Request.Path == "/" && HttpMethods.IsGet(context.Request.Method), missing => missing.Run(context =>
            {
                context.Response.ContentType = "text/plain; charset=utf-8";
                return context.Response.WriteAsync(Missing);
            }));
            return;
        }

        var files = new PhysicalFileProvider(folder);
        app.UseDefaultFiles(new DefaultFilesOptions { FileProvider = files, DefaultFileNames = ["index.html"] });
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = files,
            ContentTypeProvider = new FileExtensionContentTypeProvider(),

            // The names of assets carry a hash of their content; the page itself is asked for again each time.
            OnPrepareResponse = context => context.Context.Response.Headers.CacheControl =
                context.Context.Request.Path.StartsWithSegments("/assets", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache",
        });
    }
}
