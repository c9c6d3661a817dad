using System.CommandLine;
using System.Globalization;
using MlOps.Cli.Hosting;
using MlOps.Cli.Terminal;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Web.Access;
using MlOps.Web.Runs;

namespace MlOps.Cli.Commands;

/// <summary><c>mlops models</c>, <c>promote</c>, <c>rollback</c>, <c>live</c>: the registry and what is in production.</summary>
internal static class ModelCommands
{
    /// <summary><c>mlops models PIPELINE</c>.</summary>
    public static Command Models()
    {
        var (wide, where) = (CommonOptions.Wide(), CommonOptions.Where());
        var (command, pipeline, account, json) = Begin("models", "List a pipeline's models, with their metrics and aliases.", where, wide);
        command.SetAction(async (parse, cancellation) =>
        {
            var (name, connected) = await OpenAsync(pipeline, account, parse, cancellation);
            // The oldest first, as they came.
            FoundModel[] found = [.. (await connected.Finder.ModelsAsync(name, parse.GetValue(where), cancellation)).Reverse()];
            ModelVersion[] versions = [.. found.Select(m => m.Model)];
            var aliases = await connected.Aliases.ReadAsync(name, cancellation);
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, champion = aliases.Champion, previous = aliases.Previous, models = versions, tags = found.Select(m => m.Tagging).OfType<Tagging>().ToDictionary(t => t.Id, t => new { t.Tags, t.Note }) });
                return ExitCode.Done;
            }

            if (versions.Length == 0)
            {
                Answer.Progress(parse.GetValue(where) is null ? $"{name} has no models yet: a run trains one as soon as initial.csv and a period are there." : "no model fits.");
                return ExitCode.Done;
            }

            var listing = new Listing("version", "alias", "period", "learned from", "metric", "test", "test rows", "rounds", "tags", "trained by");
            foreach (var (version, tagging) in found)
            {
                var (metric, value, rows) = TestMetric(version);
                listing.Add(
                    version.Version,
                    version.Version == aliases.Champion ? "champion" : version.Version == aliases.Previous ? "previous" : "",
                    version.Period, LearnedFrom(version), metric, value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-", rows?.ToString("0", CultureInfo.InvariantCulture) ?? "-",
                    version.BestIteration.ToString(CultureInfo.InvariantCulture), string.Join(",", tagging?.Tags ?? []), version.RunId);
            }

            listing.Print(parse.GetValue(wide));
            if (versions.Length > 1)
            {
                Answer.Line("");
                Answer.Line("test: each model on the test rows of its own history. Other rows are harder or easier: hold models against each other on the same rows");
                Answer.Line($"by `mlops compare {name} VERSION OTHER`, or on the page.");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary><c>mlops promote PIPELINE VERSION</c>.</summary>
    public static Command Promote()
    {
        var version = new Argument<string>("VERSION") { Description = "A version that `mlops models` lists." };
        var by = new Option<string>("--by") { Description = "Who decides. Default: the name of this computer's user.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var why = new Option<string?>("--why") { Description = "Kept with the decision.", HelpName = "TEXT" };
        var (command, pipeline, account, json) = Begin("promote", "Make a model the champion by hand: from now on it predicts.", version, why, by);
        command.SetAction(async (parse, cancellation) =>
        {
            var (name, connected) = await OpenAsync(pipeline, account, parse, cancellation);
            var chosen = parse.GetRequiredValue(version);
            if ((await connected.Aliases.ReadAsync(name, cancellation)).VerdictOn(chosen) is { } verdict && verdict.Champion != chosen)
            {
                Answer.Progress(Sentence.Of("promote-against-gate", ("version", chosen), ("reason", (object?)verdict.Said ?? verdict.Reason), ("pipeline", name)).ToString());
            }

            var (who, reason) = (parse.GetRequiredValue(by), parse.GetValue(why));
            using var logging = Logs.Create(LogLevel.Warning);
            var audit = new Audit(connected.Storage, TimeProvider.System, logging.CreateLogger<Audit>());
            return await MoveAsync(name, parse.GetValue(json), () => audit.RecordAsync(
                who, name, "promote", new { version = chosen, why = reason },
                () => connected.Aliases.PromoteAsync(name, chosen, reason is null ? null : new GivenDecision(who, reason), cancellation), cancellation));
        });
        return command;
    }

    /// <summary><c>mlops rollback PIPELINE</c>.</summary>
    public static Command Rollback()
    {
        var by = new Option<string>("--by") { Description = "Who decides. Default: the name of this computer's user.", HelpName = "NAME", DefaultValueFactory = _ => Environment.UserName };
        var (command, pipeline, account, json) = Begin("rollback", "Put the champion before the present one back in its place.", by);
        command.SetAction(async (parse, cancellation) =>
        {
            var (name, connected) = await OpenAsync(pipeline, account, parse, cancellation);
            using var logging = Logs.Create(LogLevel.Warning);
            var audit = new Audit(connected.Storage, TimeProvider.System, logging.CreateLogger<Audit>());
            return await MoveAsync(name, parse.GetValue(json), () => audit.RecordAsync(
                parse.GetRequiredValue(by), name, "rollback", new { }, () => connected.Aliases.RollbackAsync(name, cancellation), cancellation));
        });
        return command;
    }

    /// <summary><c>mlops live PIPELINE [--at TIME]</c>.</summary>
    public static Command Live()
    {
        var at = CommonOptions.Time("--at", "A time such as 2026-11-21T09:00:00Z; without a zone it is UTC. Default: now.");
        var (command, pipeline, account, json) = Begin("live", "Say which model was in production at a time, who put it there and why.", at);
        command.SetAction(async (parse, cancellation) =>
        {
            var (name, connected) = await OpenAsync(pipeline, account, parse, cancellation);
            var aliases = await connected.Aliases.ReadAsync(name, cancellation);
            var release = aliases.LiveAt(parse.GetValue(at) ?? DateTimeOffset.MaxValue)
                ?? throw new CommandException($"{name} had no model in production then. `mlops models {name}` lists what there is now.");
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, version = release.Champion, since = release.At, mover = release.Mover, reason = release.Reason, verdict = release.VerdictKey });
            }
            else
            {
                Console.Out.WriteLine($"{release.Champion ?? "none"}: since {release.At:yyyy-MM-dd HH:mm:ss'Z'} by {release.Mover}: {release.Reason}");
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary><c>mlops performance PIPELINE [--at TIME]</c>.</summary>
    public static Command Performance()
    {
        var at = CommonOptions.Time("--at", "What was known at a time such as 2026-11-21T09:00:00Z; without a zone it is UTC. Default: now.");
        var wide = CommonOptions.Wide();
        var (command, pipeline, account, json) = Begin("performance", "Show how predictions have turned out, by period and model, as far as labels are known.", at, wide);
        command.SetAction(async (parse, cancellation) =>
        {
            var (name, connected) = await OpenAsync(pipeline, account, parse, cancellation);
            var known = PerformanceBook.AsOf(await connected.Realised.ReadAsync(name, cancellation), parse.GetValue(at));
            if (parse.GetValue(json))
            {
                Answer.Json(new { pipeline = name.Value, performance = known });
                return ExitCode.Done;
            }

            if (known.Count == 0)
            {
                Answer.Progress($"{name} has no labels for what it predicted yet: drop a period again with its labels.");
                return ExitCode.Done;
            }

            var listing = new Listing("period", "revision", "model", "metric", "value", "95 % interval", "labels", "known since");
            foreach (var (asOf, _, _, p) in known)
            {
                listing.Add(
                    p.Period, p.Revision.ToString(CultureInfo.InvariantCulture), p.ModelVersion, p.Metric, Spell(p.Value), $"{Spell(p.Low)} to {Spell(p.High)}",
                    p.Metrics.GetValueOrDefault("rows").ToString("0", CultureInfo.InvariantCulture), $"{asOf.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'}");
            }

            listing.Print(parse.GetValue(wide));
            return ExitCode.Done;
        });
        return command;

        static string Spell(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";
    }

    private static (Command Command, Argument<string> Pipeline, AccountLocation Account, Option<bool> Json) Begin(string name, string description, params Symbol[] more)
    {
        var pipeline = new Argument<string>("PIPELINE") { Description = "Name of the pipeline." };
        var account = new AccountLocation();
        var json = CommonOptions.Json();
        var command = new Command(name, description) { pipeline };
        foreach (var symbol in more)
        {
            switch (symbol)
            {
                case Argument argument: command.Add(argument); break;
                case Option option: command.Add(option); break;
            }
        }

        command.Add(json);
        account.Options.ToList().ForEach(command.Add);
        return (command, pipeline, account, json);
    }

    private static async Task<(PipelineName Name, ConnectedAccount Account)> OpenAsync(
        Argument<string> pipeline, AccountLocation account, ParseResult parse, CancellationToken cancellation)
    {
        var connected = account.Find(parse);
        return (await connected.PipelineAsync(parse.GetRequiredValue(pipeline), cancellation), connected);
    }

    private static async Task<int> MoveAsync(PipelineName name, bool json, Func<Task<Aliases>> move)
    {
        Aliases aliases;
        try
        {
            aliases = await move();
        }
        catch (Exception e) when (e is StepRefusedException or InvalidOperationException)
        {
            throw new CommandException(e.Message);
        }

        if (json)
        {
            Answer.Json(new { pipeline = name.Value, champion = aliases.Champion, previous = aliases.Previous });
        }
        else
        {
            Console.Out.WriteLine($"{name}: champion is {aliases.Champion}, previous {aliases.Previous ?? "none"}");
        }

        return ExitCode.Done;
    }

    // The last period whose labels counted, or the history alone.
    private static string LearnedFrom(ModelVersion version) => version.History switch
    {
        [] => "-",
        [var only] => only.Period,
        [var first, .., var last] => $"{first.Period} to {last.Period}",
    };

    private static (string Metric, double? Value, double? Rows) TestMetric(ModelVersion version)
    {
        foreach (var metric in (string[])["auc", "multi_logloss", "rmse"])
        {
            if (version.Metrics.TryGetValue("test", out var test) && test.TryGetValue(metric, out var value))
            {
                return (metric, value, test.TryGetValue("rows", out var rows) ? rows : null);
            }
        }

        return ("-", null, null);
    }
}
