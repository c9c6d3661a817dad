using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Definitions;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops put</c>: drops files as an upstream system would, and the definition with the first of them.</summary>
internal static class PutCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var files = new Argument<string[]>("FILE")
        {
            Description = "initial.csv or yyyyMMdd.csv, of pictures .zip; a name that ends in .gz is put unpacked.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var definition = new Option<string?>("--definition")
        {
            Description = "Definition to put first. Default: PIPELINE.yaml in the current folder, where there is one.",
            HelpName = "FILE",
        };
        var source = new Option<string?>("--source") { Description = "Side table that the files are of. Default: none, they are the pipeline's own.", HelpName = "SOURCE" };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("put", "Drop files into the input container, as an upstream system would.") { pipeline, files, source, definition, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var name = Names.Pipeline(parse.GetRequiredValue(pipeline));
            var paths = parse.GetValue(files) ?? [];
            var drops = paths.Select(path => (Path: path, Blob: BlobName(name, parse.GetValue(source), path))).ToArray();
            var yaml = DefinitionFile(parse.GetValue(definition), name);
            if (drops.Length == 0 && yaml is null)
            {
                throw new CommandException("nothing to put: name the files, or a definition with --definition.", ExitCode.WrongUsage);
            }

            var storage = account.Find(parse).Storage;
            await storage.EnsureContainersAsync(cancellation);
            await PutDefinitionAsync(storage, name, yaml, cancellation);
            var put = new List<object>();
            foreach (var (path, blob) in drops)
            {
                var etag = await DropAsync(storage, path, blob, cancellation);
                put.Add(new { file = path, blob = $"{storage.Input.Name}/{blob}", etag });
                if (!parse.GetValue(json))
                {
                    Answer.Line($"{path} -> {storage.Input.Name}/{blob}");
                }
            }

            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, definition = yaml, files = put });
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Puts one file; it appears whole or not at all.</summary>
    /// <returns>ETag of the blob.</returns>
    public static async Task<string> DropAsync(StorageAccount storage, string path, string blob, CancellationToken cancellation)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, useAsync: true);
        try
        {
            return (await DropUpload.PutAsync(storage, file, DropUpload.IsPacked(path), blob, long.MaxValue, cancellation)).ETag;
        }
        catch (InvalidDataException e)
        {
            throw new CommandException($"{path} is named .gz but cannot be unpacked: {e.Message}");
        }
    }

    /// <summary>Puts a definition after checking it; where none is given, one must be there already.</summary>
    public static async Task PutDefinitionAsync(StorageAccount storage, PipelineName name, string? path, CancellationToken cancellation)
    {
        if (path is null)
        {
            if (!await storage.Definitions.GetBlobClient($"{name}.yaml").ExistsAsync(cancellation))
            {
                throw new CommandException(
                    $"the account has no definition of '{name}', and there is no {name}.yaml in the current folder. "
                    + $"Draft one with `mlops init initial.csv --name {name}`, or name one with --definition FILE.");
            }

            return;
        }

        var text = await File.ReadAllTextAsync(path, cancellation);
        PipelineDefinition.Parse(text, path);
        await DropUpload.PutDefinitionAsync(storage, name, text, null, cancellation);
    }

    private static string? DefinitionFile(string? named, PipelineName name)
    {
        if (named is not null)
        {
            return named;
        }

        var beside = $"{name}.yaml";
        return File.Exists(beside) ? beside : null;
    }

    /// <summary>Name in the input container; it must be that of a drop, or no run would ever begin.</summary>
    private static string BlobName(PipelineName pipeline, string? source, string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandException($"there is no file {path}.");
        }

        if (source is not null && !PipelineName.TryParse(source, out _))
        {
            throw new CommandException($"'{source}' is no name of a source: letters, digits, '-' and '_'.", ExitCode.WrongUsage);
        }

        return DropUpload.TryName(pipeline, Path.GetFileName(path), out var blob)
            ? source is null ? blob : $"{pipeline}/{source}/{blob[(blob.IndexOf('/', StringComparison.Ordinal) + 1)..]}"
            : throw new CommandException(
                Period.MissingDay(Path.GetFileName(path).Split('.')[0]) is { } missing
                    ? $"{path}: {missing}. Give the file the name of a day of its period."
                    : $"{path} is not named as a drop: call it initial.csv (the history) or yyyyMMdd.csv (a period, such as 20201001.csv), of pictures .zip; a refused file may keep the name it was kept under.",
                ExitCode.WrongUsage);
    }
}
