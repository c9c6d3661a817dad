using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Storage;
using MlOps.Web.Access;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops tag run</c> and <c>mlops tag model</c>: tags and notes, by which runs and models are found again.</summary>
internal static class TagCommand
{
    public static Command Create() => new("tag", "Put tags and a note on a run or a model, to find it again by `mlops runs --where` and `mlops models --where`.") { OfRun(), OfModel() };

    private static Command OfRun()
    {
        var id = new Argument<string>("RUN") { Description = "Id of the run." };
        return Make("run", "Tags and note of a run.", [id], async (parse, connected, stop) =>
        {
            var run = Names.Run(parse.GetRequiredValue(id));
            return ((await connected.History.FindAsync(run, stop)).Pipeline, TagBook.Run, run.Value);
        });
    }

    private static Command OfModel()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var version = new Argument<string>("VERSION") { Description = "A version that `mlops models` lists." };
        return Make("model", "Tags and note of a model.", [pipeline, version], async (parse, connected, stop) =>
        {
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), stop);
            return (name, TagBook.Model, (await connected.Models.RequireAsync(name, parse.GetRequiredValue(version), stop)).Version);
        });
    }

    private static Command Make(
        string name, string description, IReadOnlyList<Argument> of, Func<ParseResult, ConnectedAccount, CancellationToken, Task<(PipelineName Pipeline, string Kind, string Id)>> find)
    {
        var add = new Argument<string[]>("TAG") { Description = "Tags to add.", Arity = ArgumentArity.ZeroOrMore };
        var remove = new Option<string[]>("--remove") { Description = "A tag to take away; may be given again.", HelpName = "TAG" };
        var note = new Option<string?>("--note") { Description = "A note in one line in place of the one that was there; empty for none.", HelpName = "TEXT" };
        var by = new Option<string>("--by") { Description = "Who writes. Default: the name of this computer's user.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var (account, json) = (new AccountLocation(), CommonOptions.Json());
        var command = new Command(name, description);
        of.ToList().ForEach(command.Add);
        command.Add(add);
        new Option[] { remove, note, by, json }.ToList().ForEach(command.Add);
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, stop) =>
        {
            var connected = account.Find(parse);
            using var logging = Logs.Create(LogLevel.Warning);
            var now = await WriteAsync();
            if (parse.GetValue(json))
            {
                Answer.Json(new { kind = now.Kind, id = now.Id, tags = now.Tags, note = now.Note });
            }
            else
            {
                Answer.Line($"{now.Id}: {(now.Tags.Count > 0 ? string.Join(", ", now.Tags) : "no tags")}{(now.Note is null ? "" : $"; {now.Note}")}");
            }

            return ExitCode.Done;

            async Task<Tagging> WriteAsync()
            {
                try
                {
                    var (pipeline, kind, id) = await find(parse, connected, stop);
                    var before = (await connected.Tags.ReadAsync(pipeline, kind, stop)).GetValueOrDefault(id);
                    string[] tags = [.. (before?.Tags ?? []).Except(parse.GetValue(remove) ?? []).Union(parse.GetValue(add) ?? [])];
                    var text = parse.GetValue(note) ?? before?.Note;
                    var who = parse.GetRequiredValue(by);
                    return await new Audit(connected.Storage, TimeProvider.System, logging.CreateLogger<Audit>()).RecordAsync(
                        who, pipeline, "tag", new { kind, id, tags, note = text }, () => connected.Tags.SetAsync(pipeline, kind, id, tags, text, who, stop), stop);
                }
                catch (StepRefusedException e)
                {
                    throw new CommandException(e.Message);
                }
            }
        });
        return command;
    }
}
