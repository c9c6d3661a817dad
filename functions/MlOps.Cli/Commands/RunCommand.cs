using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Storage;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops run</c>: one run with its steps.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "Id of the run; `mlops runs` lists them." };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("run", "Show one run: state, steps, metrics, outputs.") { id, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var history = connected.History;
            var wanted = Names.Run(parse.GetRequiredValue(id));
            var (pipeline, run) = await history.FindAsync(wanted, cancellation);
            var document = await history.DocumentAsync(pipeline, wanted, cancellation);
            var stage = run.State == RunState.Active ? await history.StageAsync(run.RunId, cancellation) : null;
            if (parse.GetValue(json))
            {
                var tagging = (await connected.Tags.ReadAsync(pipeline, TagBook.Run, cancellation)).GetValueOrDefault(run.RunId);
                Answer.Json(new { run = RunsCommand.Facts(pipeline.Value, run, tagging), stage, document, cost = document is null ? null : RunCost.Of(document) });
            }
            else
            {
                Print(pipeline, run, document, stage);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>A finding in one line.</summary>
    public static string Describe(Finding finding)
    {
        var place = finding switch
        {
            { Line: > 0, Column: > 0 } => $"line {finding.Line}, column {finding.Column}{(finding.ColumnName is { } name ? $" ({name})" : "")}: ",
            { Line: > 0 } => $"line {finding.Line}: ",
            { ColumnName: { } name } => $"column {name}: ",
            _ => "",
        };
        return $"{place}{finding.Message}";
    }

    private static void Print(PipelineName pipeline, LedgerRun run, RunDocument? document, string? stage)
    {
        Answer.Line($"run       {run.RunId}");
        Answer.Line($"pipeline  {pipeline}, period {run.Period}, revision {run.Revision}, {run.Kind.ToString().ToLowerInvariant()}{(run.Parent is { } parent ? $" of {parent}" : "")}");
        Answer.Line($"state     {run.State.ToString().ToLowerInvariant()}{(run.Reason is { Length: > 0 } reason ? $": {reason}" : "")}{(run.WaitsFor is { } waits ? $", waits for {waits}" : "")}");
        Answer.Line($"time      {run.StartedAt:yyyy-MM-dd HH:mm:ss'Z'}{(run.EndedAt is { } end ? $", {(end - run.StartedAt).TotalSeconds:0.0} s" : "")}");
        if (stage is not null)
        {
            Answer.Line($"stage     {stage}");
        }

        if (document is not null)
        {
            Print(document);
        }
    }

    // Every figure says whose it is.
    private static void Print(string? version, string standing, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> metrics)
    {
        foreach (var (part, values) in metrics)
        {
            Answer.Line($"metrics   {version}{standing}, {part}: {string.Join(", ", values.Select(value => $"{value.Key} {value.Value:0.####}"))}");
        }
    }

    private static void Print(RunDocument document)
    {
        if (document.Training is { } training)
        {
            Answer.Line($"training  {training}");
        }

        if (document.Promotion is { } promotion)
        {
            var standing = promotion.Promoted ? "promoted" : promotion.IsNobodysChampion ? "predicts, and is not in production"
                : promotion.Version != promotion.Champion ? "an earlier champion comes back" : "the champion stays";
            Answer.Line($"model     {promotion.Version}, {standing}; of the newly trained model: {promotion.Verdict.Reason}");
        }

        if (document.FailedStep is { } step)
        {
            Answer.Line($"failed    in {step}: {document.Cause}");
        }

        foreach (var error in document.Errors)
        {
            Answer.Line($"error     {Describe(error)}");
        }

        foreach (var warning in document.Warnings)
        {
            Answer.Line($"warning   {Describe(warning)}");
        }

        if (document.RejectedFile is { } rejected)
        {
            Answer.Line($"kept as   rejected/{rejected}");
        }

        document.Outputs.ToList().ForEach(output => Answer.Line($"output    output/{output}"));
        Print(document.ModelVersion, "", document.Metrics);
        if (document.Challenger is { } challenger)
        {
            Print(challenger.Version, ", not promoted", challenger.Metrics);
        }

        if (document.Steps.Count > 0)
        {
            var cost = RunCost.Of(document);
            Answer.Line($"cost      {cost.ComputeSeconds:0.0} compute seconds, {cost.StorageOperations} storage operations, {cost.BytesRead / 1e6:0.0} MB read, {cost.BytesWritten / 1e6:0.0} MB written: about ${cost.EstimatedDollars:0.0000} in Azure");
            var listing = new Listing("step", "outcome", "seconds", "key", "why");
            document.Steps.ToList().ForEach(s => listing.Add(s.Name, s.Skipped ? "skipped" : "ran", $"{s.Seconds:0.00}", s.Key[..Math.Min(12, s.Key.Length)], s.Reason));
            listing.Print();
        }
    }
}
