using System.IO.Compression;
using Microsoft.AspNetCore.Http.HttpResults;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Serving;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Http;

namespace MlOps.Web.Api;

/// <summary>A model to take along: its files, all of them as a folder for MLflow, the whole scoring as ONNX.</summary>
internal static class ModelFilesApi
{
    // The same folder gives the same bytes: a zip knows no time before this one.
    private static readonly DateTimeOffset Timeless = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void MapModelFiles(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/pipelines/{pipeline}/models/{version}").WithTags("models");
        group.MapGet("/files", ListAsync).WithSummary("The model's files: the model in LightGBM's format or ML.NET's, its transform, what makes the folder an MLflow model.").ProducesProblem(404);
        group.MapGet("/files/{name}", FileAsync).WithSummary("One of them.").Produces<Stream>(200, "application/octet-stream").ProducesProblem(404);
        group.MapGet("/mlflow.zip", FolderAsync).WithSummary("All of them in a zip: an MLflow model's folder.").Produces<Stream>(200, "application/zip").ProducesProblem(404);
        group.MapGet("/model.onnx", OnnxAsync).WithSummary("The whole scoring as ONNX: from the columns of the file, one input each, to scores and classes.")
            .Produces<Stream>(200, "application/octet-stream").ProducesProblem(404).ProducesProblem(409);
    }

    private static async Task<Tagged<Page<FileFacts>>> ListAsync(
        string pipeline, string version, ModelRegistry models, int? limit, string? continuation, CancellationToken cancellation)
    {
        var (name, model) = await FindAsync(pipeline, version, models, cancellation);
        var files = (await models.FilesAsync(name, model.Version, cancellation))
            .Select(f => new FileFacts(f.Name, $"/api/pipelines/{name}/models/{Uri.EscapeDataString(model.Version)}/files/{Uri.EscapeDataString(f.Name)}", f.Length, null)).ToList();
        return Tagged.Of(Page.Of(files, f => f.Name, limit, continuation));
    }

    private static async Task<FileStreamHttpResult> FileAsync(string pipeline, string version, string name, ModelRegistry models, CancellationToken cancellation)
    {
        var (owner, model) = await FindAsync(pipeline, version, models, cancellation);
        // Only what is listed: a name from an address never becomes a path.
        var file = (await models.FilesAsync(owner, model.Version, cancellation)).Select(f => f.Name).FirstOrDefault(f => f == name)
            ?? throw ApiException.NotFound(
                Sentence.Of("api-no-model-file", ("version", model.Version)), Sentence.Of("api-no-model-file-next", ("pipeline", owner), ("version", model.Version)));
        return TypedResults.Stream(await models.OpenAsync(owner, model.Version, file, cancellation), "application/octet-stream", Path.GetFileName(file));
    }

    private static async Task<FileContentHttpResult> FolderAsync(string pipeline, string version, ModelRegistry models, CancellationToken cancellation)
    {
        var (name, model) = await FindAsync(pipeline, version, models, cancellation);
        using var bytes = new MemoryStream();
        await using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (file, _) in await models.FilesAsync(name, model.Version, cancellation))
            {
                var entry = zip.CreateEntry($"{model.Version}/{file}");
                entry.LastWriteTime = Timeless;
                await using var target = await entry.OpenAsync(cancellation);
                await using var source = await models.OpenAsync(name, model.Version, file, cancellation);
                await source.CopyToAsync(target, cancellation);
            }
        }

        return TypedResults.File(bytes.ToArray(), "application/zip", $"{name}-{model.Version}.zip");
    }

    private static async Task<FileContentHttpResult> OnnxAsync(string pipeline, string version, ModelRegistry models, DefinitionStore definitions, CancellationToken cancellation)
    {
        var (name, model) = await FindAsync(pipeline, version, models, cancellation);
        var served = await ServedModel.LoadAsync(models, definitions, name, model.Version, cancellation);
        return TypedResults.File(served.ToOnnx(name).Bytes, "application/octet-stream", $"{name}-{model.Version}.onnx");
    }

    private static async Task<(PipelineName Name, ModelVersion Model)> FindAsync(string pipeline, string version, ModelRegistry models, CancellationToken cancellation)
    {
        var name = Lookup.Pipeline(pipeline);
        return (name, await models.FindAsync(name, version, cancellation)
            ?? throw ApiException.NotFound(Sentence.Of("api-no-version", ("pipeline", name)), Sentence.Of("api-no-version-next", ("pipeline", name))));
    }
}
