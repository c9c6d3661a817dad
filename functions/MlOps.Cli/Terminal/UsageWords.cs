using System.CommandLine;
using System.Text.RegularExpressions;
using MlOps.Pipeline.Definitions;

namespace MlOps.Cli.Terminal;

/// <summary>What the command line's library says of a wrong argument, without the names of types.</summary>
internal static partial class UsageWords
{
    /// <summary>Words for people.</summary>
    /// <param name="message">The library's message.</param>
    public static string Of(string message)
    {
        if (Conversion().Match(message) is not { Success: true } match)
        {
            return message;
        }

        var (text, what, name, type) = (match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value, match.Groups[4].Value);
        var needed = type switch
        {
            _ when type.Contains("Int32", StringComparison.Ordinal) || type.Contains("Int64", StringComparison.Ordinal) => "a whole number",
            _ when type.Contains("Double", StringComparison.Ordinal) => "a number, such as 0.5",
            _ when type.Contains("Boolean", StringComparison.Ordinal) => "true or false",
            _ => "something else",
        };
        return $"'{text}' does not fit {what} {name}, which takes {needed}.";
    }

    /// <summary>The command or option that a misspelt word was meant to be; <see langword="null"/> where none is near.</summary>
    /// <param name="parse">What was typed.</param>
    public static string? Meant(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        string[] known = [.. command.Subcommands.Select(c => c.Name), .. command.Options.Where(o => !o.Hidden).Select(o => o.Name)];
        return parse.UnmatchedTokens.Select(word => NearestName.Find(word, known.Where(k => k[0] == '-' == (word[0] == '-')))).FirstOrDefault(near => near is not null);
    }

    [GeneratedRegex("^Cannot parse argument '(.*)' for (option|command) '([^']*)' as expected type '(.*)'")]
    private static partial Regex Conversion();
}
