using System.CommandLine;
using Azure.Storage.Blobs;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Storage;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops get</c>: fetches a period's predictions and what belongs to them.</summary>
internal static class GetCommand
{
    // The predictions must be there; Parquet and a report only where the definition asks for them.
    private static readonly (string Suffix, bool Required)[] Files = [(".csv", true), (".manifest.json", true), (".report.html", false), (".parquet", false)];

    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var period = new Argument<string>("PERIOD") { Description = "Period, such as 20201001." };
        var folder = new Option<string>("--out") { Description = "Folder to write into; created when missing.", HelpName = "DIR", DefaultValueFactory = _ => "." };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("get", "Fetch the predictions of a period, with their manifest and report.") { pipeline, period, folder, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var name = Names.Pipeline(parse.GetRequiredValue(pipeline));
            var wanted = Names.Period(parse.GetRequiredValue(period));
            var written = await FetchAsync(account.Find(parse).Storage, name, wanted, parse.GetRequiredValue(folder), cancellation);
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, period = wanted.Value, files = written });
            }
            else
            {
                written.ForEach(Answer.Line);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Copies a period's files into a folder; each appears whole or not at all.</summary>
    /// <returns>Paths of the copies.</returns>
    /// <exception cref="CommandException">There are no predictions of this period.</exception>
    /// <exception cref="NotFoundException">There is no such pipeline.</exception>
    public static async Task<List<string>> FetchAsync(StorageAccount storage, PipelineName name, Period period, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var written = new List<string>();
        foreach (var (suffix, required) in Files)
        {
            var file = $"pred_{period}{suffix}";
            var blob = storage.Output.GetBlobClient($"{name}/{file}");
            if (await blob.ExistsAsync(cancellation))
            {
                written.Add(await CopyAsync(blob, Path.Combine(folder, file), cancellation));
            }
            else if (required)
            {
                // Only now: an analyst may read the predictions and nothing else.
                await new RunHistory(storage).RequireAsync(name, cancellation);
                throw new CommandException($"there are no predictions of '{name}' for {period} (no {storage.Output.Name}/{name}/{file}). {await NextAsync(storage, name, period, cancellation)}");
            }
        }

        return written;
    }

    // What became of the period, so that nobody is sent to wait for what will never come.
    private static async Task<string> NextAsync(StorageAccount storage, PipelineName name, Period period, CancellationToken cancellation) =>
        (await new RunHistory(storage).StandingsAsync(name, [period.Value], cancellation))[0] switch
        {
            { Standing: Standing.Pending } => $"`mlops wait {name} {period}` waits for its run.",
            { Standing: Standing.Absent } => $"No file of {period} was dropped: `mlops put {name} {period}.csv` drops one.",
            { Run: { } run, Reason: var reason } => $"{reason} `mlops run {run.RunId}` shows more.",
            { Reason: var reason } => reason,
        };

    private static async Task<string> CopyAsync(BlobClient blob, string path, CancellationToken cancellation)
    {
        var beside = $"{path}.{Environment.ProcessId}.part";
        try
        {
            await blob.DownloadToAsync(beside, cancellation);
            File.Move(beside, path, overwrite: true);
            return path;
        }
        finally
        {
            File.Delete(beside);
        }
    }
}
