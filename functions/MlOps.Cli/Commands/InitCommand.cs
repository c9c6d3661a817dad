using System.CommandLine;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drafts;
using MlOps.Storage;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops init</c>: drafts a definition from a CSV.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A CSV of the history, with labels; .gz is read as it is." };
        var label = new Option<string?>("--label") { Description = "Column to predict. Default: guessed from names, or the last column when it has two values.", HelpName = "L" };
        var id = new Option<string?>("--id") { Description = "Column that tells the rows apart. Default: guessed from names.", HelpName = "I" };
        var name = new Option<string?>("--name") { Description = "Name of the pipeline. Default: the file's name, or its folder's where the file is a drop.", HelpName = "P" };
        var force = new Option<bool>("--force") { Description = "Overwrite a different PIPELINE.yaml." };
        var json = CommonOptions.Json();
        var command = new Command("init", "Draft a pipeline's definition from a CSV: writes PIPELINE.yaml and prints it.") { file, label, id, name, force, json };
        command.SetAction(async (parse, cancellation) =>
        {
            var path = parse.GetRequiredValue(file);
            var pipeline = parse.GetValue(name) is { } given ? Names.Pipeline(given) : NameOf(path);
            var draft = Draft(path, pipeline, parse.GetValue(label), parse.GetValue(id), cancellation);
            var yaml = DraftYaml.Write(draft);
            var target = $"{pipeline}.yaml";

            // What is drafted must be accepted by `put`, whatever the columns are called.
            PipelineDefinition.Parse(yaml, target);
            await WriteAsync(target, yaml, parse.GetValue(force), cancellation);
            Answer.Progress($"wrote {target}. Next: read it, `mlops up`, then `mlops put {pipeline} initial.csv 20201001.csv`");
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = pipeline.Value, file = target, definition = yaml, draft.Label, draft.Id, task = draft.Task, rows = draft.Rows, columns = draft.Columns });
            }
            else
            {
                Console.Out.Write(yaml);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static DefinitionDraft Draft(string path, PipelineName pipeline, string? label, string? id, CancellationToken cancellation)
    {
        var (draft, csv) = DraftReading.Read(() => File.OpenRead(path), pipeline.Value, Path.GetFileName(path), label, id, cancellation);
        if (csv.ErrorCount > 0)
        {
            Answer.Progress($"{path}: {(csv.ErrorCount == 1 ? "1 row cannot be read and was left out" : $"{csv.ErrorCount} rows cannot be read and were left out, the first")}: {csv.Errors[0]}");
        }

        return draft;
    }

    /// <summary>The file's name without endings; the folder's where the file is named as a drop.</summary>
    private static PipelineName NameOf(string path)
    {
        var stem = Path.GetFileName(path);
        foreach (var ending in (string[])[".gz", ".csv", ".tsv", ".txt"])
        {
            stem = stem.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? stem[..^ending.Length] : stem;
        }

        if (Period.TryParse(stem, out _))
        {
            stem = Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? "";
        }

        var clean = string.Concat(stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' ? c : '-')).Trim('-', '_');
        return PipelineName.TryParse(clean, out var name)
            ? name
            : throw new CommandException($"no pipeline name can be made of {path}: choose one with --name.", ExitCode.WrongUsage);
    }

    private static async Task WriteAsync(string target, string yaml, bool force, CancellationToken cancellation)
    {
        if (!force && File.Exists(target))
        {
            var present = await File.ReadAllTextAsync(target, cancellation);
            if (present.Trim().Length > 0 && present != yaml)
            {
                throw new CommandException($"{target} exists and says something else: --force overwrites it, --name chooses another.");
            }
        }

        await File.WriteAllTextAsync(target, yaml, cancellation);
    }
}
