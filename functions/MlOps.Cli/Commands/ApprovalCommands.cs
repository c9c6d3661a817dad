using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Orchestrations;
using MlOps.Web.Access;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops approve</c> and <c>mlops reject</c>: the answer of a person to a run that asks whether its model may become the champion.</summary>
internal static class ApprovalCommands
{
    public static IEnumerable<Command> Create() =>
    [
        Answer("approve", "Let the model of a run that asks become the champion.", approve: true),
        Answer("reject", "Keep the champion although a run asks to replace it.", approve: false),
    ];

    private static Command Answer(string name, string description, bool approve)
    {
        var id = new Argument<string>("RUN") { Description = "Id of the run that asks; the notice names it." };
        var by = new Option<string>("--by") { Description = "Who decides. Default: the name of this computer's user.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var comment = new Option<string?>("--comment") { Description = "Kept with the decision.", HelpName = "TEXT" };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command(name, description) { id, by, comment, json };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, stop) =>
        {
            var connected = account.Find(parse);
            using var logging = Logs.Create(LogLevel.Warning);
            await using var services = AccountServices.Open(connected, logging);
            var run = Names.Run(parse.GetRequiredValue(id));
            var (pipeline, _) = await connected.History.FindAsync(run, stop);
            var who = parse.GetRequiredValue(by);
            var answered = await new Audit(connected.Storage, TimeProvider.System, logging.CreateLogger<Audit>()).RecordAsync(
                who, pipeline, name, new { run = run.Value, comment = parse.GetValue(comment) },
                () => services.GetRequiredService<Steering>().AnswerAsync(pipeline, run, approve, who, parse.GetValue(comment), stop), stop);
            if (parse.GetValue(json))
            {
                Terminal.Answer.Json(new { run = run.Value, pipeline = pipeline.Value, state = answered.State, by = answered.By, challenger = answered.Challenger, champion = answered.Champion });
            }
            else
            {
                Terminal.Answer.Line($"{answered.Challenger} is {answered.State} by {answered.By}; {(approve ? $"it replaces {answered.Champion}" : $"{answered.Champion} stays")}, and the run goes on.");
            }

            return ExitCode.Done;
        });
        return command;
    }
}
