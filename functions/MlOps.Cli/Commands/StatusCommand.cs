using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops status</c>: what became of a file, by its name.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE_OR_PERIOD") { Description = "A file's name or a period, such as 20210101.csv or 20210101; of a side table with its source, bureau/20210101.csv." };
        var pipeline = new Argument<string?>("PIPELINE") { Description = "Only this pipeline.", Arity = ArgumentArity.ZeroOrOne };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("status", "What became of a file, by its name: stage, outcome, model, output.") { file, pipeline, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var period = Names.Period(parse.GetRequiredValue(file));
            var connected = account.Find(parse);
            var only = parse.GetValue(pipeline) is { } text ? await connected.PipelineAsync(text, cancellation) : (PipelineName?)null;
            var history = connected.History;
            if (SideStatus.SourceOf(parse.GetRequiredValue(file)) is { } source)
            {
                return SideStatus.Tell(await SideStatus.ReadAsync(history, only, source, period, cancellation), source, period, parse.GetValue(json));
            }

            var found = new List<FileStatus>();
            foreach (var name in only is { } one ? [one] : await history.PipelinesAsync(cancellation))
            {
                if (await FileStatus.ReadAsync(history, name, period, cancellation) is { } status)
                {
                    found.Add(status);
                }
            }

            return Tell(found, period, parse.GetValue(json));
        });
        return command;
    }

    private static int Tell(List<FileStatus> found, Period period, bool json)
    {
        if (found.Count == 0)
        {
            throw new CommandException($"no file of {period} was dropped. `mlops put PIPELINE {period}.csv` drops one.");
        }

        if (json)
        {
            Answer.Json(new { period = period.Value, pipelines = found.Select(status => status.Facts) });
        }
        else
        {
            found.ForEach(Print);
        }

        return ExitCode.Done;
    }

    private static void Print(FileStatus status)
    {
        var standing = status.Standing;
        Answer.Line($"{status.Pipeline}/{standing.Period}.csv: {standing.State}{(status.Stage is { } stage ? $", {stage}" : "")}. {standing.Reason}");
        if (status.Manifest is { } manifest)
        {
            Answer.Line($"  output  output/{manifest.Predictions}, {manifest.Rows} rows, revision {manifest.Revision}");
            Answer.Line($"  model   {manifest.ModelVersion}, learnt from {string.Join(", ", manifest.History.Select(drop => drop.BlobName))}");
        }

        if (status.Document?.RejectedFile is { } rejected)
        {
            Answer.Line($"  kept    rejected/{rejected}");
            status.Document.Errors.Take(5).ToList().ForEach(error => Answer.Line($"  error   {RunCommand.Describe(error)}"));
        }

        if (standing.Run is { } run)
        {
            Answer.Line($"  more    mlops run {run.RunId}");
        }
    }
}

/// <summary>What became of one pipeline's file of a period.</summary>
internal sealed record FileStatus(PipelineName Pipeline, PeriodStanding Standing, string? Stage, RunDocument? Document, Manifest? Manifest)
{
    public object Facts => new
    {
        pipeline = Pipeline.Value,
        state = Standing.State,
        stage = Stage,
        reason = Standing.Reason,
        run_id = Standing.Run?.RunId,
        model = Manifest?.ModelVersion,
        model_sha256 = Manifest?.ModelSha256,
        output = Manifest is { } manifest ? $"output/{manifest.Predictions}" : null,
        rows = Manifest?.Rows,
        rejected_file = Document?.RejectedFile is { } rejected ? $"rejected/{rejected}" : null,
        errors = Document?.Errors,
        metrics = Manifest?.Metrics,
    };

    public static async Task<FileStatus?> ReadAsync(RunHistory history, PipelineName pipeline, Period period, CancellationToken cancellation)
    {
        var standing = (await history.StandingsAsync(pipeline, [period.Value], cancellation))[0];
        if (standing.Standing == Web.Runs.Standing.Absent)
        {
            return null;
        }

        var run = standing.Run;
        var active = run?.State == MlOps.Pipeline.Drops.RunState.Active;
        return new FileStatus(
            pipeline,
            standing,
            active ? await history.StageAsync(run!.RunId, cancellation) : null,
            run is null ? null : await history.DocumentAsync(pipeline, RunId.Parse(run.RunId), cancellation),
            await history.ManifestAsync(pipeline, period, cancellation));
    }
}
