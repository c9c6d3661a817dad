using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Arrival;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops sweep</c>: finds files whose events were lost.</summary>
internal static class SweepCommand
{
    public static Command Create()
    {
        var pipeline = new Argument<string?>("PIPELINE") { Description = "Only this pipeline.", Arity = ArgumentArity.ZeroOrOne };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command("sweep", "Find dropped files without a run and lost runs, and start them; a second sweep starts nothing.") { pipeline, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, cancellation) =>
        {
            var connected = account.Find(parse);
            await connected.Storage.EnsureContainersAsync(cancellation);
            var name = parse.GetValue(pipeline) is { } text ? await connected.PipelineAsync(text, cancellation) : (MlOps.Storage.PipelineName?)null;
            using var logging = Logs.Create(LogLevel.Warning);
            await using var services = AccountServices.Open(connected, logging);
            var result = await services.GetRequiredService<Sweep>().RunAsync(name, cancellation);
            if (parse.GetValue(json))
            {
                Answer.Json(result);
                return result.Troubles.Count == 0 ? ExitCode.Done : ExitCode.Failed;
            }

            Answer.Line($"{result.Files} files; started {result.Started.Count}, restarted {result.Restarted.Count}, notices sent late {result.NoticesSent}");
            result.Started.Concat(result.Restarted).ToList().ForEach(run => Answer.Line($"  {run}"));
            result.Troubles.ToList().ForEach(trouble => Answer.Line($"  {trouble.Pipeline} was left out: {trouble.Reason}"));
            return result.Troubles.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
