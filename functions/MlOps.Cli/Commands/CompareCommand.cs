using System.CommandLine;
using System.Globalization;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Compare;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops compare</c>: models beside each other, on the same rows.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var versions = new Argument<string[]>("VERSION") { Description = "Versions that `mlops models` lists, two to twenty; all are held against the first.", Arity = ArgumentArity.OneOrMore };
        var wide = CommonOptions.Wide();
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("compare", "Show models beside each other: parameters that differ, and metrics on the same rows.") { pipeline, versions, wide, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), cancellation);
            using var logging = Logs.Create(LogLevel.Warning);
            await using var services = AccountServices.Open(connected, logging);
            var comparisons = new Comparisons(
                services.GetRequiredService<ModelRegistry>(), services.GetRequiredService<SideBySide>(), services.GetRequiredService<AliasStore>(), services.GetRequiredService<BacktestBook>(), connected.History);
            try
            {
                var all = await comparisons.OfModelsAsync(name, parse.GetRequiredValue(versions), cancellation);
                if (parse.GetValue(json))
                {
                    Answer.Json(all);
                    return ExitCode.Done;
                }

                Print(all, parse.GetValue(wide));
                return ExitCode.Done;
            }
            catch (ComparisonException e)
            {
                throw new CommandException(e.Message, ExitCode.WrongUsage);
            }
        });
        return command;
    }

    private static void Print(ModelsComparison all, bool wide)
    {
        string[] versions = [.. all.Models.Select(m => m.Version)];
        var listing = new Listing(["", .. versions]);
        var same = all.SameRows;
        foreach (var (name, metric) in same.Metrics.OrderByDescending(m => m.Key == same.Metric).ThenBy(m => m.Key, StringComparer.Ordinal))
        {
            listing.Add([Direction(name, metric.HigherIsBetter), .. metric.Values.Select((v, i) => Value(v, metric.Differences[i]))]);
        }

        foreach (var (name, values) in all.Parameters)
        {
            listing.Add([name, .. values.Select(v => v ?? "-")]);
        }

        listing.Print(wide);
        Answer.Line("");
        Answer.Line(same.Problem is { } problem ? problem.ToString()
            : string.Create(CultureInfo.InvariantCulture, $"metrics: on the same {same.Rows} test rows of {string.Join(", ", same.Periods)}, from which none has learned; in brackets the difference in {same.Metric} from {versions[0]}, its 95 % interval over {same.Resamples} resamples, and + or - where that leaves out 0."));
        Answer.Line(string.Create(CultureInfo.InvariantCulture, $"{all.Alike} other parameters are alike."));
    }

    private static string Direction(string name, bool? higherIsBetter) => higherIsBetter switch { true => $"{name} (higher is better)", false => $"{name} (lower is better)", null => name };

    private static string Value(double? value, PairedDifference? difference)
    {
        var text = value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";
        return difference is not { Low: { } low, High: { } high } ? text
            : string.Create(CultureInfo.InvariantCulture, $"{text} [{difference.Value:+0.0000;-0.0000}: {low:+0.0000;-0.0000} to {high:+0.0000;-0.0000}]{(difference.IsBetter switch { true => " +", false => " -", null => "" })}");
    }
}
