using System.Text.RegularExpressions;

namespace MlOps.EndToEnd.Tests.Repository;

/// <summary>A file of one folder that uses another folder of the same room.</summary>
/// <param name="From">Folder of the file, as a namespace.</param>
/// <param name="To">Folder that it uses.</param>
/// <param name="File">The file.</param>
internal sealed record FolderArrow(string From, string To, string File);

/// <summary>
/// Which folders of a room use which: by <c>using</c>, and, of the folders above, whose types need none, by the names of these types.
/// </summary>
internal static partial class FolderArrows
{
    /// <summary>The arrows between the folders of a room.</summary>
    /// <param name="files">Source files of the room, by path, with their text.</param>
    public static IReadOnlyList<FolderArrow> Of(IReadOnlyDictionary<string, string> files)
    {
        var sources = files.Select(file => (Path: file.Key, Code: Comments().Replace(file.Value, ""), Folder: Namespace().Match(file.Value).Groups["name"].Value))
            .Where(source => source.Folder.Length > 0).ToList();
        var types = sources.SelectMany(source => TopLevelType().Matches(source.Code).Select(type => (Name: type.Groups["name"].Value, source.Folder)))
            .GroupBy(type => type.Folder).ToDictionary(group => group.Key, group => group.Select(type => type.Name).ToHashSet(StringComparer.Ordinal));
        var arrows = new List<FolderArrow>();
        foreach (var (path, code, folder) in sources)
        {
            var words = Word().Matches(code).Select(word => word.Value).ToHashSet(StringComparer.Ordinal);
            var named = Using().Matches(code).Select(use => use.Groups["name"].Value).Where(types.ContainsKey);
            var above = types.Keys.Where(other => folder.StartsWith(other + ".", StringComparison.Ordinal) && types[other].Overlaps(words));
            arrows.AddRange(named.Concat(above).Where(other => other != folder).Distinct(StringComparer.Ordinal).Select(other => new FolderArrow(folder, other, path)));
        }

        return arrows;
    }

    /// <summary>The arrows that lie on a circle, and so on the way back to their own folder.</summary>
    /// <param name="arrows">All arrows.</param>
    public static IReadOnlyList<FolderArrow> OnCircles(IReadOnlyList<FolderArrow> arrows)
    {
        var next = arrows.GroupBy(arrow => arrow.From).ToDictionary(group => group.Key, group => group.Select(arrow => arrow.To).ToHashSet(StringComparer.Ordinal));
        return [.. arrows.Where(arrow => Reaches(arrow.To, arrow.From, next))];
    }

    private static bool Reaches(string from, string to, Dictionary<string, HashSet<string>> next)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { from };
        var open = new Stack<string>(seen);
        while (open.TryPop(out var folder))
        {
            if (folder == to)
            {
                return true;
            }

            foreach (var other in next.GetValueOrDefault(folder) ?? [])
            {
                if (seen.Add(other))
                {
                    open.Push(other);
                }
            }
        }

        return false;
    }

    [GeneratedRegex(@"(?m)^namespace (?<name>[\w.]+);")]
    private static partial Regex Namespace();

    [GeneratedRegex(@"(?m)^using (static )?(?<name>MlOps[\w.]*);")]
    private static partial Regex Using();

    [GeneratedRegex(@"(?m)^(public |internal )((static|sealed|abstract|partial|readonly|ref|unsafe) )*(class|record struct|record|struct|enum|interface) (?<name>\w+)")]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comments();

    [GeneratedRegex(@"\b[A-Z]\w*\b")]
    private static partial Regex Word();
}
