using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace MlOps.Cli.Terminal;

/// <summary>Commands that belong together.</summary>
/// <param name="Title">What they are for.</param>
/// <param name="Commands">In the order of use.</param>
internal sealed record CommandGroup(string Title, IReadOnlyList<Command> Commands);

/// <summary><c>mlops --help</c>: the commands in groups, since nobody reads a list of thirty. The commands' own help is the library's.</summary>
/// <param name="groups">All commands.</param>
/// <param name="others">The library's help.</param>
internal sealed class RootHelp(IReadOnlyList<CommandGroup> groups, SynchronousCommandLineAction others) : SynchronousCommandLineAction
{
    private const int Indent = 2;
    private const int Gap = 2;
    private const int NarrowestText = 30;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Shows a root command's commands in groups.</summary>
    /// <param name="root">The root command.</param>
    /// <param name="groups">Its commands.</param>
    public static void Group(RootCommand root, IReadOnlyList<CommandGroup> groups)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new RootHelp(groups, (SynchronousCommandLineAction)help.Action!);
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        if (parseResult.CommandResult.Command is not RootCommand root)
        {
            return others.Invoke(parseResult);
        }

        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine($"{root.Description}\n\nUsage:\n  mlops COMMAND [ARGUMENT...] [--option...]");
        (string Left, string Right)[][] rows = [.. groups.Select(g => g.Commands.Select(c => (Usage(c), c.Description ?? "")).ToArray())];
        var left = rows.SelectMany(r => r).Max(r => r.Left.Length);
        var right = Math.Max(NarrowestText, Width() - Indent - left - Gap - 1);
        for (var i = 0; i < rows.Length; i++)
        {
            output.WriteLine($"\n{groups[i].Title}:");
            foreach (var row in rows[i])
            {
                var lines = Wrap(row.Right, right);
                output.WriteLine($"{new string(' ', Indent)}{row.Left.PadRight(left + Gap)}{lines[0]}");
                lines.Skip(1).ToList().ForEach(line => output.WriteLine(new string(' ', Indent + left + Gap) + line));
            }
        }

        output.WriteLine("\n`mlops COMMAND --help` explains a command; --version says which program this is. `mlops demo` does the main job from nothing.");
        return ExitCode.Done;
    }

    private static string Usage(Command command) =>
        string.Join(' ', command.Arguments.Select(Usage).Prepend(command.Name));

    private static string Usage(Argument argument)
    {
        var name = argument.Arity.MaximumNumberOfValues > 1 ? $"{argument.Name}..." : argument.Name;
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    private static int Width() => Console.IsOutputRedirected ? int.MaxValue / 2 : Console.WindowWidth;

    private static List<string> Wrap(string text, int width)
    {
        List<string> lines = [""];
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + 1 + word.Length > width)
            {
                lines.Add("");
            }

            lines[^1] += lines[^1].Length > 0 ? $" {word}" : word;
        }

        return lines;
    }
}
