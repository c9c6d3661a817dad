using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Readme;

/// <summary>One command of a fenced block of a README.</summary>
/// <param name="Place">File and line.</param>
/// <param name="Section">Heading above it.</param>
/// <param name="Text">The command.</param>
internal sealed record ReadmeCommand(string Place, string Section, string Text)
{
    public override string ToString() => $"{Place}: {Text}";
}

/// <summary>What the README files tell people to type.</summary>
internal static partial class ReadmeBlocks
{
    /// <summary>Every README of the repository, from its top.</summary>
    public static IReadOnlyList<string> Files { get; } =
    [
        .. Directory.EnumerateFiles(Shared.Repository, "README.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Shared.Repository, file))
            .Where(file => !file.Split('/').Any(part => part is "bin" or "obj" or "node_modules" || (part[0] == '.' && part.Length > 1)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Commands of all <c>sh</c> blocks, comments cut off, in order.</summary>
    public static IReadOnlyList<ReadmeCommand> Commands { get; } = [.. Files.SelectMany(Read)];

    /// <summary>Commands in running text, such as <c>`mlops run ID`</c>.</summary>
    public static IReadOnlyList<ReadmeCommand> Inline { get; } =
        [.. Files.SelectMany(file => LinesOf(file).SelectMany((line, at) => InlineCommand().Matches(line).Select(m => new ReadmeCommand($"{file}:{at + 1}", "", m.Groups["text"].Value))))];

    /// <summary>Languages of the fenced blocks.</summary>
    public static IReadOnlyList<string> Languages { get; } =
        [.. Files.SelectMany(file => LinesOf(file).Where(l => l.StartsWith("```", StringComparison.Ordinal)).Where((_, i) => i % 2 == 0).Select(l => l[3..]))];

    /// <summary>Commands of the first block of a section.</summary>
    public static IReadOnlyList<ReadmeCommand> Of(string section) => [.. Commands.Where(c => c.Section == section)];

    /// <summary>Lines of a README.</summary>
    public static string[] LinesOf(string file) => File.ReadAllLines(Path.Combine(Shared.Repository, file));

    private static IEnumerable<ReadmeCommand> Read(string file)
    {
        var (section, inside, shell) = ("", false, false);
        var lines = LinesOf(file);
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i];
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
                yield return new ReadmeCommand($"{file}:{i + 1}", section, text);
            }
        }
    }

    [GeneratedRegex(@"\s+# .*$")]
    private static partial Regex Comment();

    [GeneratedRegex("`(?<text>mlops [a-z][^`]*)`")]
    private static partial Regex InlineCommand();
}
