using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Orchestrations;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops reproduce</c>: proves that a past run gives the same bytes again.</summary>
internal static class ReproduceCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("ID") { Description = "Id of the run; `mlops runs` lists them." };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("reproduce", "Do a past run's steps again, apart from what is stored, and compare model and predictions byte by byte.") { id, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            var run = Names.Run(parse.GetRequiredValue(id));
            var (pipeline, _) = await connected.History.FindAsync(run, cancellation);
            using var logging = Logs.Create(LogLevel.Warning);
            await using var services = AccountServices.Open(connected, logging);
            var result = await services.GetRequiredService<Reproducer>().RunAsync(pipeline, run, cancellation);
            if (parse.GetValue(json))
            {
                Answer.Json(result);
            }
            else if (result.IsSame)
            {
                Answer.Line($"same       model       {result.ModelSha256}");
                Answer.Line($"same       predictions {result.PredictionsSha256}");
            }
            else
            {
                Answer.Line($"different  {result.Difference}");
            }

            return result.IsSame ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
