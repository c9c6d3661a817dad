using System.CommandLine;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Web.Access;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops audit</c>: who asked for which change.</summary>
internal static class AuditCommand
{
    private const int Shown = 100;

    public static Command Create()
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var last = new Option<int>("--last") { Description = "Number of changes.", HelpName = "N", DefaultValueFactory = _ => Shown };
        var (account, json, wide) = (new AccountLocation(), CommonOptions.Json(), CommonOptions.Wide());
        var command = new Command("audit", "List who asked for which change, the newest first.") { pipeline, last, json, wide };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, stop) =>
        {
            var connected = account.Find(parse);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), stop);
            using var logging = Logs.Create(LogLevel.Warning);
            var audit = new Audit(connected.Storage, TimeProvider.System, logging.CreateLogger<Audit>());
            var records = await Task.WhenAll((await audit.ListAsync(name, stop)).Take(parse.GetValue(last)).Select(id => audit.ReadAsync(name, id, stop)));
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, changes = records });
                return ExitCode.Done;
            }

            if (records.Length == 0)
            {
                Answer.Progress($"nobody has asked for a change of {name} yet.");
                return ExitCode.Done;
            }

            var listing = new Listing("when", "who", "action", "outcome", "of what");
            foreach (var record in records)
            {
                listing.Add(record.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture), record.Who, record.Action, record.Outcome, record.Subject.GetRawText());
            }

            listing.Print(parse.GetValue(wide));
            return ExitCode.Done;
        });
        return command;
    }
}
