using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Drops;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops logs</c>: what a run did and waited for, in order of time.</summary>
internal static class LogsCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "Id of the run; `mlops runs` lists them." };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("logs", "Show what a run did and waited for, line by line.") { id, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var history = account.Find(parse).History;
            var wanted = Names.Run(parse.GetRequiredValue(id));
            var (pipeline, run) = await history.FindAsync(wanted, cancellation);
            var log = (await history.DocumentAsync(pipeline, wanted, cancellation))?.Log ?? [];
            var stage = run.State == RunState.Active ? await history.StageAsync(run.RunId, cancellation) : null;
            if (parse.GetValue(json))
            {
                Answer.Json(new { run = run.RunId, state = run.State, stage, log });
                return ExitCode.Done;
            }

            // The log of a run is written with its end; until then the server's own log has the lines.
            log.ToList().ForEach(entry => Answer.Line($"{entry.Time:yyyy-MM-dd HH:mm:ss.fff'Z'}  {entry.Text}"));
            if (run.State == RunState.Active)
            {
                Answer.Line($"{run.StartedAt:yyyy-MM-dd HH:mm:ss.fff'Z'}  still going on{(stage is null ? "" : $": {stage}")}");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
