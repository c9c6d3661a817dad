using System.CommandLine;
using System.CommandLine.Invocation;
using MlOps.Cli.Commands;
using MlOps.Cli.Demo;
using MlOps.Cli.Learner;
using MlOps.Cli.Terminal;

namespace MlOps.Cli;

/// <summary>
/// The command line: which commands there are, and how each ends. Exit code 0: done; 1: the work failed, and the
/// message on stderr says what and what next; 2: the command was used wrongly.
/// </summary>
internal static class MlopsCommand
{
    private const string Description = "A CSV dropped into blob storage becomes predictions, a model and a report, by itself.";

    // In the order of a user's way, and in the groups that `mlops --help` shows.
    private static IEnumerable<CommandGroup> Groups() =>
    [
        new("Try it", [DemoCommand.Create(), SampleCommand.Create()]),
        new("A pipeline and its files", [InitCommand.Create(), UpCommand.Create(), PutCommand.Create(), WaitCommand.Create(), GetCommand.Create(), StatusCommand.Create(), SchemaCommand.Create(), DictionaryCommand.Create(), FeaturesCommand.Create()]),
        new("Runs", [RunsCommand.Create(), RunCommand.Create(), LogsCommand.Create(), .. SteeringCommands.Create(), SweepCommand.Create(), ReproduceCommand.Create(), LineageCommand.Create(), TagCommand.Create()]),
        new("Models", [ModelCommands.Models(), CompareCommand.Create(), ModelCommands.Performance(), .. ApprovalCommands.Create(), ModelCommands.Promote(), ModelCommands.Rollback(), ModelCommands.Live(), TrafficCommand.Create(), ExportCommand.Create()]),
        new("Alerts and changes", [.. AlertCommands.Create(), AuditCommand.Create()]),
        new("Without a pipeline", [FitCommand.Create(), ScoreCommand.Create(), CsvCommand.Create()]),
        new("This machine", [DoctorCommand.Create(), CompletionCommand.Create(), VersionCommand.Create()]),
    ];

    /// <summary>The root command with all others below it.</summary>
    public static RootCommand Create()
    {
        CommandGroup[] groups = [.. Groups()];
        var root = new RootCommand(Description);
        groups.SelectMany(g => g.Commands).ToList().ForEach(root.Add);
        RootHelp.Group(root, groups);
        return root;
    }

    /// <summary>Parses, runs and turns every outcome into an exit code and, where it failed, a message on stderr.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    public static async Task<int> RunAsync(string[] arguments)
    {
        // No response files: an argument may begin with '@'.
        var root = Create();
        var parse = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Action is ParseErrorAction)
        {
            // That no command was given is no news to whoever mistyped one.
            foreach (var error in parse.UnmatchedTokens is [] ? parse.Errors : parse.Errors.Where(e => e.SymbolResult is not System.CommandLine.Parsing.CommandResult || e.Message.Contains('\'', StringComparison.Ordinal)))
            {
                Console.Error.WriteLine($"mlops: {UsageWords.Of(error.Message)}");
            }

            if (UsageWords.Meant(parse) is { } meant)
            {
                Console.Error.WriteLine($"Did you mean `{FullName(parse.CommandResult.Command, parse)} {meant}`?");
            }

            Console.Error.WriteLine($"See `{FullName(parse.CommandResult.Command, parse)} --help`.");
            return ExitCode.WrongUsage;
        }

        // Signals are handled here, not by the library, because draining may take as long as it must.
        using var stop = new StopSignals();
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        try
        {
            return await parse.InvokeAsync(invocation, stop.Token);
        }
        catch (OperationCanceledException) when (stop.Token.IsCancellationRequested)
        {
            Console.Error.WriteLine("mlops: stopped.");
            return ExitCode.Failed;
        }
        catch (Exception e) when (Failure.Explain(e) is { } failure)
        {
            Console.Error.WriteLine($"mlops: {failure.Message}");
            return failure.ExitCode;
        }
    }

    private static string FullName(Command command, ParseResult parse)
    {
        var names = new List<string>();
        for (var result = parse.CommandResult; result is not null; result = result.Parent as System.CommandLine.Parsing.CommandResult)
        {
            names.Insert(0, result.Command is RootCommand ? "mlops" : result.Command.Name);
        }

        return names.Count > 0 ? string.Join(' ', names) : command.Name;
    }
}
