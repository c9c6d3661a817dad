using System.CommandLine;
using System.Globalization;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops dictionary</c>: what is known of every column of a pipeline.</summary>
internal static class DictionaryCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var csv = new Option<bool>("--csv") { Description = "Write CSV to standard output." };
        var (wide, account, json) = (CommonOptions.Wide(), new AccountLocation(), CommonOptions.Json());
        var command = new Command("dictionary", "Show every column that the pipeline reads: meaning, range, missing values, periods, importance and drift.") { pipeline, csv, wide, json };
        account.Options.ToList().ForEach(command.Add);
        command.Validators.Add(result =>
        {
            if (result.GetValue(csv) && result.GetValue(json))
            {
                result.AddError("--csv and --json exclude each other.");
            }
        });
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), cancellation);
            var entries = await new DataDictionary(connected.Storage).ReadAsync(name, cancellation);
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, columns = entries });
            }
            else if (parse.GetValue(csv))
            {
                using var file = new MemoryStream();
                DataDictionary.WriteCsv(entries, file);
                file.Position = 0;
                await using var output = Console.OpenStandardOutput();
                await file.CopyToAsync(output, cancellation);
            }
            else if (entries.Count == 0)
            {
                Answer.Progress($"{name} has no columns yet: none of its files was accepted. `mlops status initial.csv {name}` says why.");
            }
            else
            {
                Print(entries, parse.GetValue(wide));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(IReadOnlyList<DictionaryEntry> entries, bool wide)
    {
        var listing = new Listing("column", "role", "type", "meaning", "range", "missing", "periods", "becomes", "importance", "drift");
        foreach (var entry in entries)
        {
            listing.Add(
                entry.Column, entry.Role, entry.Type ?? "-",
                string.Join(' ', new[] { entry.Meaning, entry.Unit is { } unit ? $"[{unit}]" : null }.OfType<string>()),
                entry.Least is not null ? $"{entry.Least}..{entry.Greatest}" : entry.Categories is { } many ? $"{many} texts" : "-",
                entry.Missing is { } missing ? Percent(missing) : "-",
                entry.First is null ? "-" : $"{entry.First}..{entry.Last}",
                entry.Transform is null ? "-" : $"{entry.Transform}({entry.Features})",
                entry.Importance is { } importance ? Percent(importance) : "-",
                entry.Psi is { } psi ? $"{psi.ToString("0.000", CultureInfo.InvariantCulture)}{(entry.Drifted is true ? " drifted" : "")}" : "-");
        }

        listing.Print(wide);
    }

    private static string Percent(double share) => (100 * share).ToString("0.0", CultureInfo.InvariantCulture) + "%";
}
