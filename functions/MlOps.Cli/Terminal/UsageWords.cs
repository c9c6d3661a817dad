using System.Text.RegularExpressions;

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

    [GeneratedRegex("^Cannot parse argument '(.*)' for (option|command) '([^']*)' as expected type '(.*)'")]
    private static partial Regex Conversion();
}
