using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Readme;

/// <summary>One command of a fenced block of the README.</summary>
internal sealed record ReadmeCommand(int Line, string Section, string Text)
{
    public override string ToString() => $"{Line}: {Text}";
}

/// <summary>What the README tells people to type.</summary>
internal static partial class ReadmeBlocks
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Shared.Repository, "README.md"));

    /// <summary>Commands of all <c>sh</c> blocks, comments cut off, in order.</summary>
    public static IReadOnlyList<ReadmeCommand> Commands { get; } = [.. Read()];

    /// <summary>Commands in running text, such as <c>`mlops run ID`</c>.</summary>
    public static IReadOnlyList<ReadmeCommand> Inline { get; } =
        [.. Lines.SelectMany((line, at) => InlineCommand().Matches(line).Select(m => new ReadmeCommand(at + 1, "", m.Groups["text"].Value)))];

    /// <summary>Languages of the fenced blocks.</summary>
    public static IReadOnlyList<string> Languages { get; } =
        [.. Lines.Where(l => l.StartsWith("```", StringComparison.Ordinal)).Where((_, i) => i % 2 == 0).Select(l => l[3..])];

    /// <summary>Commands of the first block of a section.</summary>
    public static IReadOnlyList<ReadmeCommand> Of(string section) => [.. Commands.Where(c => c.Section == section)];

    private static IEnumerable<ReadmeCommand> Read()
    {
        var (section, inside, shell) = ("", false, false);
        for (var i = 0; i < Lines.Length; i++)
        {
            var line = Lines[i];
            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                (inside, shell) = (!inside, line == "```sh");
            }
            else if (!inside && line.StartsWith('#'))
            {
                section = line.TrimStart('#').Trim();
            }
            else if (inside && shell && Comment().Replace(line, "").Trim() is { Length: > 0 } text)
            {
                yield return new ReadmeCommand(i + 1, section, text);
            }
        }
    }

    [GeneratedRegex(@"\s+# .*$")]
    private static partial Regex Comment();

    [GeneratedRegex("`(?<text>mlops [a-z][^`]*)`")]
    private static partial Regex InlineCommand();
}
