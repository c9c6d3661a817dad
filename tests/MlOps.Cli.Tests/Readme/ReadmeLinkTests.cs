using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Readme;

/// <summary>What a README points to is there, and the first page is one that a newcomer reads to its end.</summary>
public sealed partial class ReadmeLinkTests
{
    public static TheoryData<string> Files => [.. ReadmeBlocks.Files];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_link_within_the_repository_leads_to_a_file_and_a_heading(string file)
    {
        var text = WithoutBlocks(file);
        var broken = new List<string>();
        foreach (Match link in Link().Matches(text))
        {
            var target = link.Groups["target"].Value;
            if (target.Contains("://", StringComparison.Ordinal))
            {
                continue;
            }

            var (path, anchor) = target.Split('#') is [var before, var after] ? (before, after) : (target, "");
            var full = path.Length == 0 ? Path.Combine(Shared.Repository, file) : Path.GetFullPath(Path.Combine(Shared.Repository, Path.GetDirectoryName(file)!, path));
            if (!Path.Exists(full) || (anchor.Length > 0 && !Anchors(full).Contains(anchor)))
            {
                broken.Add(target);
            }
        }

        Assert.Empty(broken);
    }

    [Fact]
    public void The_first_page_has_at_most_1800_words_beside_its_code_blocks() =>
        Assert.InRange(WithoutBlocks("README.md").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 300, 1800);

    [Fact]
    public void Every_room_has_a_readme()
    {
        var rooms = Directory.EnumerateFiles(Path.Combine(Shared.Repository, "functions"), "*.csproj", SearchOption.AllDirectories).Select(p => Path.GetDirectoryName(p)!)
            .Where(folder => !folder.Contains("/obj", StringComparison.Ordinal) && !folder.Contains("/bin", StringComparison.Ordinal));
        Assert.Empty(rooms.Where(folder => !File.Exists(Path.Combine(folder, "README.md"))));
    }

    private static string WithoutBlocks(string file) => Block().Replace(File.ReadAllText(Path.Combine(Shared.Repository, file)), "");

    // As the hosts of repositories make them: lower case, spaces to hyphens, no other punctuation.
    private static HashSet<string> Anchors(string file) =>
        [.. File.ReadLines(file).Where(l => l.StartsWith('#')).Select(l => NoAnchor().Replace(l.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?ms)^```.*?^```")]
    private static partial Regex Block();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NoAnchor();
}
