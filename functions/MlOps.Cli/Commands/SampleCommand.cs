using System.CommandLine;
using MlOps.Cli.Sample;
using MlOps.Cli.Terminal;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops sample</c>: the sample case as files.</summary>
internal static class SampleCommand
{
    /// <summary>Rows of the history.</summary>
    public static Option<int> Rows() => new("--rows")
    {
        Description = $"Rows of the history ({CreditDefaultCase.MinimumRows} or more); each of the four periods has a sixth of it.",
        HelpName = "N",
        DefaultValueFactory = _ => CreditDefaultCase.DefaultRows,
        Validators =
        {
            result =>
            {
                if (result.Tokens is [var token] && int.TryParse(token.Value, out var rows) && rows < CreditDefaultCase.MinimumRows)
                {
                    result.AddError($"--rows is at least {CreditDefaultCase.MinimumRows}.");
                }
            },
        },
    };

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
        var side = new Option<bool>("--side") { Description = "Write a side table too, a bureau's reports, which know more of the label; the applicants then have dates." };
        var json = CommonOptions.Json();
        var command = new Command("sample", "Write the sample case as CSV files: a credit portfolio's history and four monthly periods, 122 columns.")
        {
            rows, seed, side, folder, json,
        };
        command.SetAction((parse, cancellation) =>
        {
            var target = parse.GetRequiredValue(folder);
            var files = CreditDefaultCase.Write(target, parse.GetValue(rows), parse.GetValue(seed), parse.GetValue(side), cancellation);
            if (parse.GetValue(json))
            {
                Answer.Json(new { folder = Path.GetFullPath(target), pipeline = CreditDefaultCase.PipelineName, files });
                return Task.FromResult(ExitCode.Done);
            }

            foreach (var file in files)
            {
                Answer.Line($"{Path.Combine(target, file.Name)}  {file.Rows} rows, {100.0 * file.Positives / file.Rows:0.0} % positive, true AUC {file.TrueAuc:0.0000}{(file.TrueAucWithoutSide is { } without ? $", without the side table {without:0.0000}" : "")}");
            }

            if (parse.GetValue(side))
            {
                Answer.Line($"{Path.Combine(target, BureauReports.Source)}  as many files of the side table '{BureauReports.Source}'");
            }

            Answer.Line($"{Path.Combine(target, CreditDefaultCase.PipelineName + ".yaml")}  the pipeline's definition");
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }
}
