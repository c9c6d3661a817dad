using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using MlOps.Cli.Sample;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops sample</c>: the sample case as files.</summary>
internal static class SampleCommand
{
    /// <summary>Rows of the history.</summary>
    public static Option<int?> Rows() => new("--rows")
    {
        Description = $"Rows of the history, default {SampleCase.Credit.DefaultRows} ({SampleCase.Credit.MinimumRows} or more); each of the four periods has a sixth of it. "
            + $"Of pictures default {SampleCase.Leaves.DefaultRows} ({SampleCase.Leaves.MinimumRows} or more); each of the two periods has a quarter of it.",
        HelpName = "N",
    };

    /// <summary>Refuses, as wrong usage, fewer rows than the case needs.</summary>
    /// <param name="command">The command.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="made">Which case is asked for.</param>
    public static void RequireEnough(Command command, Option<int?> rows, Func<SymbolResult, SampleCase> made) => command.Validators.Add(result =>
    {
        if (result.GetResult(rows) is { Tokens: [var token] } && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var given) && given < made(result).MinimumRows)
        {
            result.AddError($"--rows is at least {made(result).MinimumRows}.");
        }
    });

    /// <summary>Seed of the sample.</summary>
    public static Option<int> Seed() => new("--seed")
    {
        Description = "Seed: the same rows and seed make the same files, byte for byte.",
        HelpName = "S",
        DefaultValueFactory = _ => CreditDefaultCase.DefaultSeed,
    };

    public static Command Create()
    {
        var rows = Rows();
        var seed = Seed();
        var folder = new Option<string>("--out")
        {
            Description = "Folder to write into; created when missing.",
            HelpName = "DIR",
            Required = true,
        };
        var kind = new Option<string>("--kind")
        {
            Description = "table: a credit portfolio, 122 columns. image: drawn leaves, healthy and unhealthy.",
            HelpName = "KIND",
            DefaultValueFactory = _ => "table",
        };
        kind.AcceptOnlyFromAmong("table", "image");
        var side = new Option<bool>("--side") { Description = "Write a side table too, a bureau's reports, which know more of the label; the applicants then have dates." };
        var json = CommonOptions.Json();
        var command = new Command("sample", "Write the sample case: a credit portfolio's history and four monthly periods as CSV, or pictures of leaves as zip files.")
        {
            kind, rows, seed, side, folder, json,
        };
        RequireEnough(command, rows, result => result.GetValue(kind) == "image" ? SampleCase.Leaves : SampleCase.Credit);
        command.Validators.Add(result =>
        {
            if (result.GetValue(side) && result.GetValue(kind) == "image")
            {
                result.AddError("--side is of the credit portfolio; leave out --kind image.");
            }
        });
        command.SetAction((parse, cancellation) =>
        {
            var target = parse.GetRequiredValue(folder);
            var made = parse.GetValue(kind) == "image" ? SampleCase.Leaves : SampleCase.Credit;
            var withSide = parse.GetValue(side);
            var count = parse.GetValue(rows) ?? made.DefaultRows;
            var files = withSide ? CreditDefaultCase.Write(target, count, parse.GetValue(seed), side: true, cancellation) : made.Write(target, count, parse.GetValue(seed), cancellation);
            if (parse.GetValue(json))
            {
                Answer.Json(new { folder = Path.GetFullPath(target), pipeline = made.Pipeline, files });
                return Task.FromResult(ExitCode.Done);
            }

            foreach (var file in files)
            {
                Answer.Line($"{Path.Combine(target, file.Name)}  {file.Rows} {(made == SampleCase.Leaves ? "pictures" : "rows")}, {100.0 * file.Positives / file.Rows:0.0} % positive{(file.TrueAuc is { } auc ? $", true AUC {auc:0.0000}" : "")}{(file.TrueAucWithoutSide is { } without ? $", without the side table {without:0.0000}" : "")}");
            }

            if (withSide)
            {
                Answer.Line($"{Path.Combine(target, BureauReports.Source)}  as many files of the side table '{BureauReports.Source}'");
            }

            Answer.Line($"{Path.Combine(target, made.Pipeline + ".yaml")}  the pipeline's definition");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
