using System.CommandLine;
using System.Globalization;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops lineage</c>: from a prediction row back to the file row and all that the score was made of; or from a file to the predictions that it is in.</summary>
internal static class LineageCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var period = new Argument<string?>("PERIOD") { Description = "Period of the predictions, such as 20201001.", Arity = ArgumentArity.ZeroOrOne };
        var id = new Argument<string?>("ID") { Description = "Id of the row.", Arity = ArgumentArity.ZeroOrOne };
        var file = new Option<string?>("--file") { Description = "Instead of a row: a file such as 20201001.csv, or the SHA-256 of its bytes.", HelpName = "FILE" };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("lineage", "What a row of predictions was made of; or, with --file, which predictions a file is in.") { pipeline, period, id, file, json };
        account.Options.ToList().ForEach(command.Add);
        command.Validators.Add(result =>
        {
            var (rows, files) = (result.GetValue(id) is not null, result.GetValue(file) is not null);
            if (rows == files)
            {
                result.AddError("Name a PERIOD and the ID of a row, or a file by --file.");
            }
        });
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), cancellation);
            var lineage = new Lineage(connected.Storage);
            if (parse.GetValue(file) is { } wanted)
            {
                Print(wanted, await lineage.OfFileAsync(name, wanted, cancellation), parse.GetValue(json));
            }
            else
            {
                Print(await lineage.OfRowAsync(name, Names.Period(parse.GetRequiredValue(period)!), parse.GetRequiredValue(id)!, cancellation), parse.GetValue(json));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(RowOrigin row, bool json)
    {
        if (json)
        {
            Answer.Json(row);
            return;
        }

        Answer.Line($"row        {row.Id}, score {row.Score}: line {row.PredictionsLine} of {row.Predictions}, revision {row.Revision}, published {row.AsOf:yyyy-MM-dd HH:mm:ss'Z'} by run {row.RunId}");
        Answer.Line($"file       {row.File.BlobName}{(row.FileLine > 0 ? $", line {row.FileLine}" : "")}, revision {row.File.Revision}, SHA-256 {row.File.Sha256}");
        Answer.Line($"model      {row.ModelVersion}, SHA-256 {row.ModelSha256}");
        foreach (var drop in row.TrainedOn)
        {
            Answer.Line($"learned    {drop.BlobName}, revision {drop.Revision}, SHA-256 {drop.Sha256}");
        }

        Answer.Line($"schema     {row.Schema}");
        Answer.Line($"definition {row.DefinitionHash}, split seed {row.Seed.ToString(CultureInfo.InvariantCulture)}");
        Answer.Line($"code       {row.CodeVersion}");
    }

    private static void Print(string file, IReadOnlyList<FileUse> uses, bool json)
    {
        if (json)
        {
            Answer.Json(new { file, uses });
            return;
        }

        if (uses.Count == 0)
        {
            Answer.Progress($"{file} is in no published predictions.");
            return;
        }

        var listing = new Listing("predictions", "revision", "use", "file revision", "model", "published", "run");
        foreach (var use in uses)
        {
            listing.Add(
                use.Predictions, use.Revision.ToString(CultureInfo.InvariantCulture), use.Use, use.FileRevision.ToString(CultureInfo.InvariantCulture), use.ModelVersion,
                use.AsOf.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), use.RunId);
        }

        listing.Print();
    }
}
