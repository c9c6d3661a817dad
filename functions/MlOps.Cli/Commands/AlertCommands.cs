using System.CommandLine;
using System.Globalization;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Notifications;
using MlOps.Storage;
using MlOps.Web.Access;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops alerts</c>, <c>acknowledge</c>, <c>mute</c> and <c>unmute</c>: what must be looked at, and who has judged it how.</summary>
internal static class AlertCommands
{
    public static IEnumerable<Command> Create() => [List(), Acknowledge(), Mute(), Unmute()];

    private static Command List()
    {
        var pipeline = Pipeline();
        var closed = new Option<bool>("--closed") { Description = "Those that are gone." };
        var (account, json, wide) = (new AccountLocation(), CommonOptions.Json(), CommonOptions.Wide());
        var command = new Command("alerts", "List a pipeline's open alerts, and who has acknowledged or muted them.") { pipeline, closed, json, wide };
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, stop) =>
        {
            var connected = account.Find(parse);
            using var logging = Logs.Create(LogLevel.Warning);
            await using var services = AccountServices.Open(connected, logging);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), stop);
            var judged = await services.GetRequiredService<AlertJudgements>().JudgedAsync(name, stop);
            var shown = judged.Where(a => a.Alert.ClosedIn is null != parse.GetValue(closed)).ToArray();
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, alerts = shown.Select(a => new { a.Alert.Kind, a.Alert.Subject, a.Alert.OpenedIn, a.Alert.LastSeenIn, a.Alert.ClosedIn, text = a.Alert.Tell().ToString(), a.Quieted }) });
                return ExitCode.Done;
            }

            if (shown.Length == 0)
            {
                Answer.Progress(parse.GetValue(closed) ? $"no alert of {name} is gone yet." : $"{name} has no open alert.");
                return ExitCode.Done;
            }

            var listing = new Listing("kind", "subject", "since", "seen in", "judged", "what was found");
            foreach (var (alert, quieted) in shown)
            {
                listing.Add(alert.Kind, alert.Subject, alert.OpenedIn, alert.LastSeenIn, Spell(quieted), (alert.Said?.ToString() ?? alert.Latest ?? alert.Cause));
            }

            listing.Print(parse.GetValue(wide));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Acknowledge() => Judge(
        "acknowledge", "Say that an open alert is known: it asks for no attention until it is gone and raised again.", needsWhy: true, [],
        async (alerts, call, stop) => Spell(await alerts.AcknowledgeAsync(call.Pipeline, call.Kind, call.Subject, call.Who, call.Why, stop)));

    private static Command Mute()
    {
        var until = CommonOptions.Time("--until", $"Until when, such as 2026-12-31, at most {AlertJudgement.DaysMax} days from now; without a zone it is UTC.");
        until.Required = true;
        return Judge(
            "mute", "Keep alerts of a kind on a subject quiet until a time: no attention, no notice.", needsWhy: true, [until],
            async (alerts, call, stop) => Spell(await alerts.MuteAsync(call.Pipeline, call.Kind, call.Subject, call.Parse.GetValue(until)!.Value, call.Who, call.Why, stop)));
    }

    private static Command Unmute() => Judge(
        "unmute", "Take back what was decided about alerts of a kind on a subject: they are heard again.", needsWhy: false, [],
        async (alerts, call, stop) =>
        {
            await alerts.UnmuteAsync(call.Pipeline, call.Kind, call.Subject, stop);
            return "heard again";
        });

    private sealed record Call(ParseResult Parse, PipelineName Pipeline, string Kind, string Subject, string Who, string? Why);

    private static Command Judge(string verb, string description, bool needsWhy, IReadOnlyList<Option> more, Func<AlertJudgements, Call, CancellationToken, Task<string>> act)
    {
        var pipeline = Pipeline();
        var kind = new Argument<string>("KIND") { Description = "Kind of the alert, as `mlops alerts` lists it: drift, score-drift, incident, fairness, performance, estimated-performance." };
        var subject = new Argument<string>("SUBJECT") { Description = "What it is about, such as a column." };
        var by = new Option<string>("--by") { Description = "Who decides. Default: the name of this computer's user.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var why = new Option<string?>("--why") { Description = "Kept with the decision.", HelpName = "TEXT", Required = needsWhy };
        var (account, json) = (new AccountLocation(), CommonOptions.Json());
        var command = new Command(verb, description) { pipeline, kind, subject };
        more.ToList().ForEach(command.Add);
        new Option[] { why, by, json }.ToList().ForEach(command.Add);
        account.Options.ToList().ForEach(command.Add);
        command.SetAction(async (parse, stop) =>
        {
            var connected = account.Find(parse);
            using var logging = Logs.Create(LogLevel.Warning);
            await using var services = AccountServices.Open(connected, logging);
            var name = await connected.PipelineAsync(parse.GetRequiredValue(pipeline), stop);
            var call = new Call(parse, name, parse.GetRequiredValue(kind), parse.GetRequiredValue(subject), parse.GetRequiredValue(by), parse.GetValue(why));
            var now = await new Audit(connected.Storage, TimeProvider.System, logging.CreateLogger<Audit>()).RecordAsync(
                call.Who, name, verb, new { kind = call.Kind, subject = call.Subject, why = call.Why }, () => act(services.GetRequiredService<AlertJudgements>(), call, stop), stop);
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, kind = call.Kind, subject = call.Subject, by = call.Who, why = call.Why, now });
            }
            else
            {
                Answer.Line($"{name}: {call.Kind} {call.Subject} is {now}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Argument<string> Pipeline() => new("PIPELINE") { Description = "Name of the pipeline." };

    private static string Spell(AlertJudgement? judged) => judged is null ? ""
        : judged.Until is { } until ? string.Create(CultureInfo.InvariantCulture, $"muted until {until.UtcDateTime:yyyy-MM-dd HH:mm'Z'} by {judged.Who}: {judged.Why}")
        : $"acknowledged by {judged.Who}: {judged.Why}";
}
