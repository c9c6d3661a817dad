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

    /// <summary>The root command with all others below it, in the order of a user's way.</summary>
    public static RootCommand Create()
    {
        var root = new RootCommand(Description)
        {
            DemoCommand.Create(),
            SampleCommand.Create(),
            InitCommand.Create(),
            UpCommand.Create(),
            SchemaCommand.Create(),
            PutCommand.Create(),
            WaitCommand.Create(),
            GetCommand.Create(),
            ExportCommand.Create(),
            StatusCommand.Create(),
            RunsCommand.Create(),
            RunCommand.Create(),
            LogsCommand.Create(),
            ReproduceCommand.Create(),
            LineageCommand.Create(),
            SweepCommand.Create(),
            ModelCommands.Models(),
            ModelCommands.Promote(),
            TrafficCommand.Create(),
            ModelCommands.Rollback(),
            ModelCommands.Live(),
            ModelCommands.Performance(),
            FitCommand.Create(),
            ScoreCommand.Create(),
            CsvCommand.Create(),
        };
        SteeringCommands.Create().ToList().ForEach(root.Add);
        ApprovalCommands.Create().ToList().ForEach(root.Add);
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
            foreach (var error in parse.Errors)
            {
                Console.Error.WriteLine($"mlops: {UsageWords.Of(error.Message)}");
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
