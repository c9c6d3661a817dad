using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops rerun</c>, <c>cancel</c>, <c>replay</c>, <c>backfill</c>: what people do to runs. A running server takes it up.</summary>
internal static class SteeringCommands
{
    public static IEnumerable<Command> Create() => [Rerun(), Cancel(), Replay(), Backfill()];

    private static Command Rerun()
    {
        var id = RunId();
        var from = new Option<string?>("--from")
        {
            Description = $"Do the work again from this step on, even where it is done: {string.Join(", ", Steering.StepNames)}.",
            HelpName = "STEP",
        };
        from.AcceptOnlyFromAmong([.. Steering.StepNames]);
        var command = new Command("rerun", "Repeat a run under a new id; what is done already is skipped by content.") { id, from };
        return Act(command, async (parse, steering, connected, stop) =>
        {
            var (pipeline, run) = await FindAsync(parse.GetRequiredValue(id), connected, stop);
            return [await steering.RerunAsync(pipeline, run, parse.GetValue(from), stop)];
        });
    }

    private static Command Cancel()
    {
        var id = RunId();
        var command = new Command("cancel", "End a run; whatever waits for it goes on.") { id };
        return Act(command, async (parse, steering, connected, stop) =>
        {
            var (pipeline, run) = await FindAsync(parse.GetRequiredValue(id), connected, stop);
            await steering.CancelAsync(pipeline, run, stop);
            return [run.Value];
        });
    }

    private static Command Replay()
    {
        var blob = new Argument<string>("BLOB") { Description = "Name in the container rejected, such as credit/dead-letter/20201001.0x8D4BCC2E4835CD0.csv." };
        var command = new Command("replay", "Process a file again that was refused or whose run failed for good.") { blob };
        return Act(command, async (parse, steering, _, stop) => [await steering.ReplayAsync(parse.GetRequiredValue(blob), stop)]);
    }

    private static Command Backfill()
    {
        var pipeline = new Argument<string>("PIPELINE");
        var first = new Argument<string>("FIRST") { Description = "First period, as yyyyMMdd." };
        var last = new Argument<string>("LAST") { Description = "Last period, as yyyyMMdd." };
        var command = new Command("backfill", "Repeat the run of every period in a range, for instance after a change of the definition.") { pipeline, first, last };
        return Act(command, async (parse, steering, connected, stop) => await steering.BackfillAsync(
            await connected.PipelineAsync(parse.GetRequiredValue(pipeline), stop),
            Names.Period(parse.GetRequiredValue(first)),
            Names.Period(parse.GetRequiredValue(last)),
            stop));
    }

    private static Argument<string> RunId() => new("ID") { Description = "Id of the run; `mlops runs` lists them." };

    private static async Task<(PipelineName Pipeline, RunId Run)> FindAsync(string text, ConnectedAccount connected, CancellationToken stop)
    {
        var run = Names.Run(text);
        var (pipeline, _) = await connected.History.FindAsync(run, stop);
        return (pipeline, run);
    }

    // All of them answer with the ids of the runs that they started or ended.
    private static Command Act(Command command, Func<ParseResult, Steering, ConnectedAccount, CancellationToken, Task<IReadOnlyList<string>>> act)
    {
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        command.Add(json);
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, stop) =>
        {
            var connected = account.Find(parse);
            using var logging = Logs.Create(LogLevel.Warning);
            await using var services = AccountServices.Open(connected, logging);
            var runs = await act(parse, services.GetRequiredService<Steering>(), connected, stop);
            if (parse.GetValue(json))
            {
                Answer.Json(new { runs });
            }
            else
            {
                runs.ToList().ForEach(Answer.Line);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
