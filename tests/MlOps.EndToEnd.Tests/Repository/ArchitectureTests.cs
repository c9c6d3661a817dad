using System.Text.RegularExpressions;
using System.Xml.Linq;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Repository;

/// <summary>The rooms of the design and the arrows between them, read from the project files and the sources.</summary>
public sealed class ArchitectureTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["MlOps.Tabular"] = [],
        ["MlOps.Boosting"] = [],
        ["MlOps.Tuning"] = [],
        ["MlOps.Engine"] = [],
        ["MlOps.Storage"] = [],
        ["MlOps.Evaluation"] = [],
        ["MlOps.Learning"] = ["MlOps.Boosting", "MlOps.Tabular"],
        ["MlOps.Pipeline"] = ["MlOps.Evaluation", "MlOps.Learning", "MlOps.Storage", "MlOps.Tabular", "MlOps.Tuning"],
        ["MlOps.Web"] = ["MlOps.Pipeline"],
        ["MlOps.Functions"] = ["MlOps.Web", "MlOps.Pipeline"],
        ["MlOps.Cli"] = ["MlOps.Web", "MlOps.Engine", "MlOps.Pipeline"],
    };

    private static readonly string[] Rooms = ["Tabular", "Boosting", "Tuning", "Engine", "Storage", "Evaluation", "Learning", "Pipeline", "Web", "Cli", "Functions"];

    public static TheoryData<string> RoomNames => [.. Rooms];

    [Fact]
    public void Every_project_reference_follows_an_arrow_of_the_design()
    {
        var projects = Directory.GetFiles(Path.Combine(Shared.Repository, "functions"), "*.csproj", SearchOption.AllDirectories).Where(IsSource).ToArray();
        Assert.NotEmpty(projects);
        foreach (var project in projects)
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var references = XDocument.Load(project).Descendants("ProjectReference")
                .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
            Assert.True(AllowedReferences.TryGetValue(name, out var allowed), $"{name} is not a room of the design");
            Assert.Empty(references.Except(allowed!).Select(reference => $"{name} -> {reference}"));
        }
    }

    [Fact]
    public void The_rooms_below_the_pipeline_name_neither_each_other_nor_the_rooms_above()
    {
        string[] lower = ["Tabular", "Boosting", "Tuning", "Engine", "Storage", "Evaluation"];
        foreach (var room in lower)
        {
            var others = string.Join('|', Rooms.Where(other => other != room));
            var pattern = new Regex($@"\bMlOps\.({others})\b");
            Assert.Empty(Sources(room).Where(file => Code(file).Any(pattern.IsMatch)));
        }
    }

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void Every_using_of_a_room_follows_an_arrow_of_the_design(string room)
    {
        // The steps train and tune boosting themselves, round by round; what a room may use through another it may name.
        string[] beside = room switch
        {
            "Pipeline" => ["MlOps.Boosting"],
            "Web" => ["MlOps.Storage", "MlOps.Tabular"],
            "Cli" => ["MlOps.Storage", "MlOps.Tabular", "MlOps.Boosting"],
            "Functions" => ["MlOps.Storage"],
            _ => [],
        };
        var allowed = AllowedReferences["MlOps." + room].Concat(beside).Append("MlOps." + room).ToHashSet(StringComparer.Ordinal);
        var use = new Regex(@"^using (static )?(?<room>MlOps\.\w+)");
        Assert.Empty(Sources(room).SelectMany(file => File.ReadLines(file).Select(line => use.Match(line)).Where(m => m.Success && !allowed.Contains(m.Groups["room"].Value)).Select(m => $"{file}: {m.Value}")));
    }

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void No_folder_of_a_room_imports_another_in_a_circle(string room)
    {
        var files = Sources(room).ToDictionary(file => Path.GetRelativePath(Shared.Repository, file), File.ReadAllText);
        Assert.Empty(FolderArrows.OnCircles(FolderArrows.Of(files)).Select(arrow => $"{arrow.From} -> {arrow.To} by {arrow.File}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_arrow_added_back_is_found_with_its_file()
    {
        var files = new Dictionary<string, string>
        {
            ["Low/Fact.cs"] = "using MlOps.Room.High;\nnamespace MlOps.Room.Low;\npublic sealed class Fact { Teller teller; }",
            ["High/Teller.cs"] = "using MlOps.Room.Low;\nnamespace MlOps.Room.High;\npublic sealed class Teller { Fact fact; }",
            ["High/Deep/Detail.cs"] = "namespace MlOps.Room.High.Deep;\ninternal sealed class Detail { }",
        };
        Assert.Equal(["High/Teller.cs", "Low/Fact.cs"], FolderArrows.OnCircles(FolderArrows.Of(files)).Select(arrow => arrow.File).Order(StringComparer.Ordinal));

        // A type of a folder above needs no using and is an arrow all the same.
        files["Low/Fact.cs"] = "namespace MlOps.Room.Low;\npublic sealed class Fact { }";
        files["High/Deep/Detail.cs"] = "namespace MlOps.Room.High.Deep;\ninternal sealed class Detail { Teller teller; }";
        Assert.Empty(FolderArrows.OnCircles(FolderArrows.Of(files)));
        files["High/Teller.cs"] = "using MlOps.Room.High.Deep;\nnamespace MlOps.Room.High;\npublic sealed class Teller { Detail detail; }";
        Assert.Equal(2, FolderArrows.OnCircles(FolderArrows.Of(files)).Count);
    }

    [Fact]
    public void Fewer_than_five_files_in_a_hundred_use_each_other_in_a_circle()
    {
        var libraries = Directory.GetFiles(AppContext.BaseDirectory, "*.dll");
        var count = 0;
        var circles = new List<string>();
        foreach (var room in Rooms)
        {
            var files = Sources(room).ToDictionary(file => Path.GetRelativePath(Shared.Repository, file), File.ReadAllText);
            var own = room == "Cli" ? "mlops" : "MlOps." + room;
            var found = FileCircles.Of(FileCircles.Arrows(files, libraries.Where(library => Path.GetFileNameWithoutExtension(library) != own)));
            count += files.Count;
            circles.AddRange(found.Select(circle => $"{circle.Count}: {string.Join(", ", circle)}"));
        }

        var inCircles = circles.Sum(circle => int.Parse(circle[..circle.IndexOf(':', StringComparison.Ordinal)], System.Globalization.CultureInfo.InvariantCulture));
        output.WriteLine($"{inCircles} of {count} files are in circles");
        circles.ForEach(output.WriteLine);
        Assert.True(inCircles * 20 < count, $"{inCircles} of {count} files are in circles:\n{string.Join('\n', circles)}");
    }

    [Fact]
    public void Files_that_use_each_other_are_found_whatever_the_way()
    {
        var files = new Dictionary<string, string>
        {
            ["Fact.cs"] = "namespace R; /// <see cref=\"Teller\"/>\n class Fact { public int Number => 1; }",
            ["Teller.cs"] = "namespace R; class Teller { public Fact Told() => new(); }",
            ["Reader.cs"] = "namespace R; class Reader { int Read(Teller teller) { var fact = teller.Told(); return fact.Number; } }",
        };
        Assert.Empty(FileCircles.Of(FileCircles.Arrows(files, [])));
        Assert.Equal(["Fact.cs"], FileCircles.Arrows(files, []).Where(arrow => arrow.From == "Teller.cs").Select(arrow => arrow.To));

        // A member of a type whose name is not written is a use of it too.
        files["Fact.cs"] = "namespace R; class Fact { public int Number => new Reader().GetHashCode(); }";
        Assert.Equal([["Fact.cs", "Reader.cs", "Teller.cs"]], FileCircles.Of(FileCircles.Arrows(files, [])));

        // The files of one partial type are one.
        files = new() { ["A.cs"] = "namespace R; partial class A { int One() => Two(); }", ["A.More.cs"] = "namespace R; partial class A { int Two() => One(); }" };
        Assert.Empty(FileCircles.Arrows(files, []));
    }

    [Fact]
    public void No_room_that_computes_names_the_storage_client()
    {
        var offenders = new[] { "Tabular", "Boosting", "Tuning", "Evaluation", "Learning" }.SelectMany(Sources)
            .Where(file => Code(file).Any(line => line.Contains("Azure.Storage", StringComparison.Ordinal)));
        Assert.Empty(offenders);
    }

    [Fact]
    public void There_is_one_way_from_CSV_to_columns()
    {
        // Splitting a line at commas or taking a second reader would be another; lists in settings are split at commas too, but trimmed or with empty items removed.
        var splitting = new Regex("""\.Split\(\s*(','|";"|';'|'\\t'|",")\s*\)(?!\[0\])|CsvHelper|Sylvan|TextFieldParser""");
        var offenders = Rooms.SelectMany(Sources)
            .Where(file => !file.Contains("/MlOps.Tabular/", StringComparison.Ordinal))
            .SelectMany(file => Code(file).Where(line => splitting.IsMatch(line) && !line.Contains(".Trim('\"'", StringComparison.Ordinal)).Select(line => $"{file}: {line.Trim()}"));
        Assert.Empty(offenders);

        string[] readers = ["FileReading.cs", "CsvCommand.cs", "LearnerTable.cs", "DraftReading.cs"];
        foreach (var reader in readers)
        {
            var file = Assert.Single(Rooms.SelectMany(Sources), f => Path.GetFileName(f) == reader);
            Assert.Contains(Code(file), line => line.Contains("CsvFile.Read", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_top_level_holds_only_what_a_newcomer_expects()
    {
        string[] expected =
        [
            "functions", "infra", "tests", "local.settings.sample.json", "azure.yaml", "README.md", "MlOps.sln",
            "Directory.Build.props", "Directory.Packages.props", "global.json",
        ];
        var present = Directory.GetFileSystemEntries(Shared.Repository).Select(entry => Path.GetFileName(entry)!)
            .Where(name => name[0] != '.' && name is not ("TestResults" or "local.settings.json"));
        Assert.Empty(present.Except(expected));
    }

    [Fact]
    public void No_source_file_is_left_unfinished()
    {
        // The words are put together here so that this file does not find itself.
        string[] leftovers = ["TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception"];
        var files = Directory.GetFiles(Path.Combine(Shared.Repository, "functions"), "*.cs", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Path.Combine(Shared.Repository, "tests"), "*.cs", SearchOption.AllDirectories))
            .Where(IsSource);
        Assert.Empty(files.Where(file => leftovers.Any(word => File.ReadAllText(file).Contains(word, StringComparison.Ordinal))));
    }

    private static IEnumerable<string> Sources(string room) =>
        Directory.GetFiles(Path.Combine(Shared.Repository, "functions", "MlOps." + room), "*.cs", SearchOption.AllDirectories).Where(IsSource);

    private static bool IsSource(string file) =>
        !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal)
        && !file.Contains("/node_modules/", StringComparison.Ordinal);

    /// <summary>The lines of a file without comments, where another room may be named.</summary>
    private static IEnumerable<string> Code(string file) =>
        File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal));
}
