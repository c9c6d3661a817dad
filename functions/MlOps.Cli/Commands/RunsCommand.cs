using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops runs</c>: all runs, newest first.</summary>
internal static class RunsCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string?>("PIPELINE") { Description = "Only this pipeline's.", Arity = ArgumentArity.ZeroOrOne };
        var account = new AccountLocation();
        var (json, wide, where) = (CommonOptions.Json(), CommonOptions.Wide(), CommonOptions.Where());
        var command = new Command("runs", "List the runs, newest first.") { pipeline, where, json, wide };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var name = parse.GetValue(pipeline) is { } text ? Names.Pipeline(text) : (MlOps.Storage.PipelineName?)null;
            var connected = account.Find(parse);
            if (name is { } wanted)
            {
                await connected.History.RequireAsync(wanted, cancellation);
            }

            var runs = await connected.Finder.RunsAsync(name, parse.GetValue(where), cancellation);
            if (parse.GetValue(json))
            {
                Answer.Json(new { runs = runs.Select(r => Facts(r.Pipeline, r.Run, r.Tagging)) });
                return ExitCode.Done;
            }

            if (runs.Count == 0)
            {
                Answer.Progress(parse.GetValue(where) is null ? "no runs yet: `mlops put PIPELINE initial.csv` drops a file." : "no run fits.");
                return ExitCode.Done;
            }

            var listing = new Listing("run", "pipeline", "period", "state", "started", "seconds", "tags", "reason");
            foreach (var (owner, run, tagging) in runs)
            {
                listing.Add(
                    run.RunId, owner, run.Period, run.State.ToString().ToLowerInvariant(), run.StartedAt.ToString("yyyy-MM-dd HH:mm:ss'Z'"),
                    run.EndedAt is { } end ? $"{(end - run.StartedAt).TotalSeconds:0.0}" : "-", string.Join(",", tagging?.Tags ?? []), run.Reason ?? run.WaitsFor ?? "");
            }

            listing.Print(parse.GetValue(wide));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A run as JSON shows it.</summary>
    public static object Facts(string pipeline, MlOps.Pipeline.Drops.LedgerRun run, MlOps.Pipeline.Registry.Tagging? tagging = null) => new
    {
        run_id = run.RunId,
        pipeline,
        period = run.Period,
        revision = run.Revision,
        state = run.State,
        kind = run.Kind,
        started_at = run.StartedAt,
        ended_at = run.EndedAt,
        waits_for = run.WaitsFor,
        reason = run.Reason,
        parent = run.Parent,
        tags = tagging?.Tags ?? [],
        note = tagging?.Note,
    };
}
