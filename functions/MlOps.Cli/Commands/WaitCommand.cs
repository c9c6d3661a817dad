using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops wait</c>: until the runs of drops have ended.</summary>
internal static class WaitCommand
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(500);

    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var periods = new Argument<string[]>("PERIOD") { Description = "Periods, such as initial or 20201001. Default: all that were dropped.", Arity = ArgumentArity.ZeroOrMore };
        var timeout = new Option<double?>("--timeout") { Description = "Give up after so many seconds. Default: never.", HelpName = "S" };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("wait", "Wait until the runs of drops have ended; ends with 1 if one failed, and says why.") { pipeline, periods, timeout, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var name = Names.Pipeline(parse.GetRequiredValue(pipeline));
            var wanted = (parse.GetValue(periods) ?? []).Select(text => Names.Period(text).Value).ToArray();
            var limit = parse.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : Timeout.InfiniteTimeSpan;
            var history = account.Find(parse).History;
            await history.RequireAsync(name, cancellation);
            var standings = await UntilEndedAsync(history, name, wanted, limit, cancellation);
            return Tell(standings, name, parse.GetValue(json));
        });
        return command;
    }

    /// <summary>Waits until nothing is pending or the time is up; tells of every change on stderr.</summary>
    public static async Task<IReadOnlyList<PeriodStanding>> UntilEndedAsync(
        RunHistory history, PipelineName pipeline, IReadOnlyCollection<string> periods, TimeSpan limit, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var progress = new ProgressLines();
        while (true)
        {
            var standings = await history.StandingsAsync(pipeline, periods, cancellation);
            foreach (var standing in standings)
            {
                progress.Tell(standing.Period, await DescribeAsync(standing, history, cancellation), goesOn: standing.Standing == Standing.Pending);
            }

            if (standings.All(standing => standing.Standing != Standing.Pending)
                || (limit != Timeout.InfiniteTimeSpan && TimeProvider.System.GetElapsedTime(began) >= limit))
            {
                return standings;
            }

            await Task.Delay(LookInterval, cancellation);
        }
    }

    private static async Task<string> DescribeAsync(PeriodStanding standing, RunHistory history, CancellationToken cancellation) => standing switch
    {
        { Standing: Standing.Pending, Run: { WaitsFor: null } run } => await history.StageAsync(run.RunId, cancellation) ?? standing.Reason,
        { Standing: Standing.Pending or Standing.Absent } => standing.Reason,
        _ => $"{standing.State}{(standing.Reason.Length > 0 ? $": {standing.Reason}" : "")}",
    };

    private static int Tell(IReadOnlyList<PeriodStanding> standings, PipelineName pipeline, bool json)
    {
        if (json)
        {
            Answer.Json(new
            {
                pipeline = pipeline.Value,
                runs = standings.Select(s => new { period = s.Period, state = s.State, ended = s.Standing is Standing.Done or Standing.Failed, run_id = s.Run?.RunId, reason = s.Reason }),
            });
        }
        else
        {
            var listing = new Listing("period", "state", "run", "reason");
            standings.ToList().ForEach(s => listing.Add(s.Period, s.State, s.Run?.RunId ?? "-", s.Reason));
            listing.Print();
        }

        return Verdict(standings, pipeline);
    }

    private static int Verdict(IReadOnlyList<PeriodStanding> standings, PipelineName pipeline)
    {
        if (standings.Count == 0)
        {
            throw new CommandException($"nothing was dropped for '{pipeline}'. `mlops put {pipeline} initial.csv` drops a file.");
        }

        var problems = standings.Where(s => s.Standing != Standing.Done).ToArray();
        if (problems.Length > 0)
        {
            var told = problems.Select(s => s switch
            {
                { Standing: Standing.Pending } => $"{s.Period} has not ended in time: {s.Reason}. Is `mlops up` running on this account?",
                { Run: { } run } => $"{s.Period} {s.State}: {s.Reason} `mlops run {run.RunId}` shows more.",
                _ => $"{s.Period}: {s.Reason}",
            });
            throw new CommandException(string.Join(Environment.NewLine + "mlops: ", told));
        }

        return ExitCode.Done;
    }
}
