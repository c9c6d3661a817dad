using System.CommandLine;
using MlOps.Cli.Commands;
using MlOps.Cli.Hosting;
using MlOps.Cli.Sample;
using MlOps.Cli.Terminal;
using MlOps.Web.Runs;

namespace MlOps.Cli.Demo;

/// <summary><c>mlops demo</c>: the main job on a fresh machine.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        var rows = SampleCommand.Rows();
        var seed = SampleCommand.Seed();
        var images = new Option<bool>("--images") { Description = "Do it with pictures: drawn leaves, healthy and unhealthy." };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("demo", "Do the main job from nothing: make the sample case, drop its files, wait for the runs, show what they wrote.") { images, rows, seed, json };
        account.Options.ToList().ForEach(command.Add);
        SampleCommand.RequireEnough(command, rows, result => result.GetValue(images) ? SampleCase.Leaves : SampleCase.Credit);
        command.SetAction(async (parse, cancellation) =>
        {
            var made = parse.GetValue(images) ? SampleCase.Leaves : SampleCase.Credit;
            var count = parse.GetValue(rows) ?? made.DefaultRows;
            using var logging = Logs.Create(LogLevel.Warning);
            var options = new ServerOptions { Connection = account.Named(parse), DataFolder = account.DataFolder(parse), Port = 0 };
            var began = TimeProvider.System.GetTimestamp();
            Answer.Progress("starting the local server");
            await using var server = await LocalServer.StartAsync(options, logging, cancellation);
            var demo = new DemoRun(server.Account, server.History, options.DataFolder, made);
            Answer.Progress($"making the sample case ({count} {(made == SampleCase.Leaves ? "pictures and two periods" : "rows and four periods, 122 columns")}) and dropping its files");
            var files = await demo.DropAsync(count, parse.GetValue(seed), cancellation);
            var periods = await demo.FinishAsync(files, cancellation);
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = made.Pipeline, data = Path.GetFullPath(options.DataFolder), seconds, periods = periods.Select(p => Facts(p, periods)) });
            }
            else
            {
                Print(periods, demo, seconds, parse.GetRequiredValue<string>("--data"));
            }

            return Verdict(periods);
        });
        return command;
    }

    private static object Facts(DemoPeriod p, IReadOnlyList<DemoPeriod> periods) => new
    {
        period = p.File.Period,
        state = p.Standing.Run?.State,
        reason = p.Standing.Reason,
        run_id = p.Standing.Run?.RunId,
        rows = p.File.Rows,
        true_auc = p.File.TrueAuc,
        history_true_auc = p.Manifest is null ? p.File.HistoryTrueAuc : DemoTables.PossibleOn(p.Manifest, periods),
        metrics = p.Manifest?.Metrics,
        trials = p.Run?.Trials.Count,
        waves = p.Run?.Trials.Select(t => t.Wave).Distinct().Count(),
        leaderboard = p.Run?.Leaderboard?.Entries.Select(e => new { e.Rank, e.Learner, e.Value, e.Chosen }),
        promoted = p.Run?.Promotion?.Promoted,
        decision = p.Run?.Promotion?.Verdict.Reason,
        drift = p.Run?.Monitor?.HasDrift,
        drifted = p.Run?.Monitor?.Drifted,
        model_sha256 = p.Manifest?.ModelSha256,
        revision = p.Manifest?.Revision,
        predictions = p.Manifest is { } manifest ? $"output/{manifest.Predictions}" : null,
        files = p.Copies.Select(Path.GetFullPath),
    };

    private static void Print(IReadOnlyList<DemoPeriod> periods, DemoRun demo, double seconds, string data)
    {
        var predicted = periods.Where(p => p.Manifest is not null).ToArray();
        DemoTables.Print(predicted);
        Answer.Line("");
        foreach (var p in predicted)
        {
            Answer.Line($"{p.File.Period}  output/{p.Manifest!.Predictions}  ->  {string.Join("  ", p.Copies.Select(copy => Path.GetRelativePath(".", copy)))}");
        }

        Answer.Line("");
        Answer.Line($"Done in {seconds:0} s. Everything is kept in {data}: `mlops up --data {data}` serves it, `mlops runs --data {data}` lists the runs.");
    }

    private static int Verdict(IReadOnlyList<DemoPeriod> periods)
    {
        var failed = periods.Where(p => p.Standing.Standing != Standing.Done).ToArray();
        return failed.Length == 0
            ? ExitCode.Done
            : throw new CommandException(string.Join(Environment.NewLine + "mlops: ", failed.Select(p => $"{p.File.Period} failed: {p.Standing.Reason}")));
    }
}
