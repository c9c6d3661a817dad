using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Steps;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops schema</c>: shows what files are held against, and takes a corrected copy of it.</summary>
internal static class SchemaCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var target = new Option<string>("--out") { Description = "Write it to this file, to be edited.", HelpName = "FILE" };
        var source = new Option<string>("--put") { Description = "Hold files against this schema from now on: a copy that --out wrote, edited.", HelpName = "FILE" };
        var account = new AccountLocation();
        var command = new Command("schema", "Print, as JSON, what a pipeline's files are held against: learned from initial.csv, or edited.") { pipeline, target, source };
        account.Options.ToList().ForEach(command.Add);
        command.Validators.Add(result =>
        {
            if (result.GetResult(target) is not null && result.GetResult(source) is not null)
            {
                result.AddError("--out and --put do not go together.");
            }
        });
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), cancellation);
            var storage = connected.Storage;
            if (parse.GetValue(source) is { } file)
            {
                await PutAsync(storage, name, file, cancellation);
                return ExitCode.Done;
            }

            var json = (await ReadAsync(storage, name, cancellation)).ToJson();
            if (parse.GetValue(target) is { } path)
            {
                await File.WriteAllTextAsync(path, json, cancellation);
                Answer.Progress($"Edit {path}, then `mlops schema {name} --put {path}`.");
            }
            else
            {
                Console.Out.Write(json);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<TableSchema> ReadAsync(StorageAccount storage, PipelineName pipeline, CancellationToken cancellation)
    {
        if (await new DefinitionStore(storage).EditedSchemaAsync(pipeline, cancellation) is { } edited)
        {
            return edited;
        }

        var history = new RunHistory(storage);
        var ledger = (await history.LedgersAsync(pipeline, cancellation))[0];
        foreach (var run in ledger.Runs.Where(r => r.State == RunState.Succeeded && Period.Parse(r.Period).IsInitial).Reverse())
        {
            var document = await history.DocumentAsync(pipeline, RunId.Parse(run.RunId), cancellation);
            if (document?.Steps.FirstOrDefault(s => s.Name == "validate") is { } step)
            {
                try
                {
                    await using var steps = new ServiceCollection().AddSingleton(storage).AddSteps().BuildServiceProvider();
                    return await steps.GetRequiredService<ValidateStep>().LearnedSchemaAsync(pipeline, step.Key, cancellation);
                }
                catch (InvalidDataException e)
                {
                    throw new CommandException($"{e.Message} `mlops rerun {run.RunId}` learns the schema again.");
                }
            }
        }

        throw new CommandException($"'{pipeline}' has learned no schema yet: none of its initial.csv files was accepted. `mlops status initial.csv {pipeline}` says why.");
    }

    /// <summary>Reads a schema from a file.</summary>
    /// <exception cref="CommandException">The file holds none.</exception>
    public static TableSchema Load(string path)
    {
        try
        {
            return TableSchema.Parse(File.ReadAllText(path));
        }
        catch (FormatException e)
        {
            throw new CommandException($"{path}: {e.Message}");
        }
    }

    private static async Task PutAsync(StorageAccount storage, PipelineName pipeline, string file, CancellationToken cancellation)
    {
        await new DefinitionStore(storage).PutSchemaAsync(pipeline, Load(file), cancellation);
        Answer.Progress($"Runs of {pipeline} that begin from now on hold files against {file}.");
    }
}
