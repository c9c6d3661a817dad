using System.CommandLine;
using System.Globalization;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops traffic PIPELINE</c>: which models meet requests beside the champion.</summary>
internal static class TrafficCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var challenger = new Option<string?>("--challenger") { Description = "A version that answers a share of the scored rows; a row's id decides, always alike.", HelpName = "VERSION" };
        var share = new Option<double?>("--share") { Description = "That share, 0 to 1. Default: 0.1.", HelpName = "S" };
        var shadow = new Option<string?>("--shadow") { Description = "A version that scores every row too, for the record only.", HelpName = "VERSION" };
        var alone = new Option<bool>("--alone") { Description = "The champion alone again." };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("traffic", "Say which models meet requests, or let a challenger or a shadow meet them beside the champion.") { pipeline, challenger, share, shadow, alone, json };
        account.Options.ToList().ForEach(command.Add);
        command.Validators.Add(result =>
        {
            var names = result.GetValue(challenger) is not null || result.GetValue(shadow) is not null;
            if (result.GetValue(alone) && names)
            {
                result.AddError("--alone names nobody beside the champion; leave out --challenger and --shadow.");
            }

            // What is no number has an error of its own by now.
            if (result.GetResult(share)?.Tokens is [var token] && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var given)
                && (result.GetValue(challenger) is null || given is < 0 or > 1))
            {
                result.AddError("--share is between 0 and 1 and goes with --challenger.");
            }
        });
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), cancellation);
            var aliases = connected.Aliases;
            var (first, second) = (parse.GetValue(challenger), parse.GetValue(shadow));
            var changes = parse.GetValue(alone) || first is not null || second is not null;
            Aliases now;
            try
            {
                now = changes
                    ? await aliases.SetTrafficAsync(name, new Traffic(first, first is null ? 0 : parse.GetValue(share) ?? 0.1, second), null, cancellation)
                    : await aliases.ReadAsync(name, cancellation);
            }
            catch (StepRefusedException e)
            {
                throw new CommandException(e.Message);
            }

            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, champion = now.Champion, challenger = now.Traffic?.Challenger, share = now.Traffic?.Share ?? 0, shadow = now.Traffic?.Shadow });
            }
            else
            {
                Console.Out.WriteLine($"{name}: champion is {now.Champion ?? "none"}, challenger {Challenger(now.Traffic)}, shadow {now.Traffic?.Shadow ?? "none"}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string Challenger(Traffic? traffic) => traffic?.Challenger is { } version
        ? string.Create(CultureInfo.InvariantCulture, $"{version} with {traffic.Share:P1} of the rows")
        : "none";
}
