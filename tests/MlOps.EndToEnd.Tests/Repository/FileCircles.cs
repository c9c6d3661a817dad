using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MlOps.EndToEnd.Tests.Repository;

/// <summary>A file that uses types of another file of the same room.</summary>
/// <param name="From">The file that uses.</param>
/// <param name="To">The file whose types it uses.</param>
/// <param name="Names">The types, by name.</param>
internal sealed record FileArrow(string From, string To, IReadOnlyList<string> Names);

/// <summary>
/// Which files of a room use each other in a circle, as the compiler sees it: a file uses another where a name in it means a type that is declared there,
/// or a member of one. Comments do not count; the files of one partial type are one.
/// </summary>
internal static class FileCircles
{
    private const string Usings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    /// <summary>The arrows between the files of a room.</summary>
    /// <param name="files">Source files of the room, by path, with their text.</param>
    /// <param name="libraries">Assemblies that the room may use, those of the framework apart.</param>
    public static IReadOnlyList<FileArrow> Arrows(IReadOnlyDictionary<string, string> files, IEnumerable<string> libraries)
    {
        var trees = files.Select(file => CSharpSyntaxTree.ParseText(file.Value, path: file.Key)).Append(CSharpSyntaxTree.ParseText(Usings)).ToList();
        var framework = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var references = framework.Concat(libraries).DistinctBy(Path.GetFileName).Where(IsManaged).Select(path => MetadataReference.CreateFromFile(path));
        var room = CSharpCompilation.Create("room", trees, references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
        return [.. files.Keys.AsParallel().AsOrdered().SelectMany(file =>
        {
            var tree = trees.Find(tree => tree.FilePath == file)!;
            return Uses(room.GetSemanticModel(tree), tree)
                .Where(use => use.File != FileOf(file, room))
                .GroupBy(use => use.File)
                .Select(group => new FileArrow(FileOf(file, room), group.Key, [.. group.Select(use => use.Type).Distinct().Order(StringComparer.Ordinal)]));
        })];
    }

    /// <summary>The sets of files each of which reaches all others of its set.</summary>
    /// <param name="arrows">All arrows.</param>
    public static IReadOnlyList<IReadOnlyList<string>> Of(IReadOnlyList<FileArrow> arrows)
    {
        var next = arrows.GroupBy(arrow => arrow.From).ToDictionary(group => group.Key, group => group.Select(arrow => arrow.To).ToList());
        var reached = next.Keys.ToDictionary(file => file, file => Reached(file, next));
        return [.. next.Keys.Where(file => reached[file].Contains(file))
            .GroupBy(file => reached[file].Where(other => reached.TryGetValue(other, out var back) && back.Contains(file)).Order(StringComparer.Ordinal).First())
            .Select(group => group.Order(StringComparer.Ordinal).ToList())];
    }

    private static HashSet<string> Reached(string from, Dictionary<string, List<string>> next)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([from]);
        while (open.TryPop(out var file))
        {
            foreach (var other in next.GetValueOrDefault(file) ?? [])
            {
                if (seen.Add(other))
                {
                    open.Push(other);
                }
            }
        }

        return seen;
    }

    private static IEnumerable<(string File, string Type)> Uses(SemanticModel model, SyntaxTree tree)
    {
        foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
        {
            var symbol = model.GetSymbolInfo(name).Symbol;
            var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
            while (type?.ContainingType is { } outer)
            {
                type = outer;
            }

            if (type is not null && FileOf(type) is { Length: > 0 } file)
            {
                yield return (file, type.Name);
            }
        }
    }

    /// <summary>Of a type the file, of a partial one the first of its files; null for a type of another assembly.</summary>
    private static string? FileOf(INamedTypeSymbol type) =>
        type.OriginalDefinition.DeclaringSyntaxReferences.Select(reference => reference.SyntaxTree.FilePath).Order(StringComparer.Ordinal).FirstOrDefault();

    private static string FileOf(string file, CSharpCompilation room)
    {
        var tree = room.SyntaxTrees.First(tree => tree.FilePath == file);
        var model = room.GetSemanticModel(tree);
        var first = tree.GetRoot().DescendantNodes().OfType<BaseTypeDeclarationSyntax>().FirstOrDefault();
        return first is not null && model.GetDeclaredSymbol(first) is { } type ? FileOf(type) ?? file : file;
    }

    private static bool IsManaged(string path)
    {
        try
        {
            System.Reflection.AssemblyName.GetAssemblyName(path);
            return true;
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
