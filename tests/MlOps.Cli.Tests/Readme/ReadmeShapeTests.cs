using System.CommandLine;
using System.Text.Json;
using System.Text.RegularExpressions;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Readme;

/// <summary>Every command of the README is one that exists, with options that exist: a rule for each program, an error for any other.</summary>
public sealed partial class ReadmeShapeTests
{
    private static readonly string[] Azd = ["azd auth login", "azd up", "azd provision", "azd deploy", "azd down", "azd env new mlops-prod", "azd pipeline config --provider github --auth-type federated"];

    private static readonly Dictionary<string, string[]> AzureBlob = new()
    {
        ["upload"] = ["--auth-mode", "--account-name", "--container-name", "--name", "--file"],
        ["download"] = ["--auth-mode", "--account-name", "--container-name", "--name", "--file"],
        ["download-batch"] = ["--auth-mode", "--account-name", "--source", "--destination"],
    };

    public static TheoryData<string> Commands => [.. ReadmeBlocks.Commands.Select(c => c.ToString())];

    public static TheoryData<string> InlineCommands => [.. ReadmeBlocks.Inline.Select(c => c.ToString()).Distinct(StringComparer.Ordinal)];

    [Fact]
    public void A_fenced_block_says_its_language_or_is_a_drawing() => Assert.All(ReadmeBlocks.Languages, language => Assert.Contains(language, (string[])["sh", "", "yaml", "json", "csharp", "python"]));

    [Theory]
    [MemberData(nameof(Commands))]
    public void A_command_of_a_block_exists(string command) => Check(command[(command.IndexOf(": ", StringComparison.Ordinal) + 2)..]);

    [Theory]
    [MemberData(nameof(InlineCommands))]
    public void A_command_in_the_text_parses(string command)
    {
        // Words in capitals stand for something of the reader's.
        var text = command[(command.IndexOf(": ", StringComparison.Ordinal) + 2)..].Replace("TIME", "2026-01-01T00:00Z", StringComparison.Ordinal).Replace("…", "", StringComparison.Ordinal);
        var words = Words(text)[1..];
        if (words is [var alone])
        {
            Assert.Contains(MlopsCommand.Create().Subcommands, c => c.Name == alone);
            return;
        }

        Parses(words, command);
    }

    private static void Check(string text)
    {
        var words = Words(text);
        switch (words[0])
        {
            case "mlops":
                Parses(words[1..], text);
                break;
            case "dotnet" when text.StartsWith("dotnet run --project functions/MlOps.Cli -c Release -- ", StringComparison.Ordinal):
                Parses(words[7..], text);
                break;
            case "dotnet" when text.StartsWith("dotnet run --project tests/MlOps.Benchmarks -c Release -- ", StringComparison.Ordinal):
                Assert.Contains($"\"{words[7]}\" =>", File.ReadAllText(Path.Combine(Shared.Repository, "tests", "MlOps.Benchmarks", "Program.cs")), StringComparison.Ordinal);
                break;
            case "dotnet" or "MLOPS_RECORD_HISTORIES=tests/Fixtures/histories":
                var test = Regex.Match(text, @"dotnet test (?<project>\S+)( -c Release)?( -m:1)?( --filter FullyQualifiedName~(?<test>\w+))?$");
                Assert.True(test.Success, text);
                Assert.True(Path.Exists(Path.Combine(Shared.Repository, test.Groups["project"].Value)), text);
                if (test.Groups["test"].Success)
                {
                    var sources = Directory.EnumerateFiles(Path.Combine(Shared.Repository, test.Groups["project"].Value), "*.cs", SearchOption.AllDirectories);
                    Assert.Contains(sources, file => File.ReadAllText(file).Contains(" " + test.Groups["test"].Value, StringComparison.Ordinal));
                }

                break;
            case "curl":
                Assert.Contains("$A/", text, StringComparison.Ordinal);
                break;
            case "az":
                CheckAzure(text, words);
                break;
            case "azd" when words is ["azd", "env", "set", var name, _]:
                Assert.Contains(name, Variables());
                Assert.DoesNotMatch(@"--group(?! mlops-)", text);
                break;
            case "azd":
                Assert.Contains(text, Azd);
                break;
            case "cp" when words is [_, var sample, var copy]:
                Assert.True(File.Exists(Path.Combine(Shared.Repository, sample)) && Directory.Exists(Path.GetDirectoryName(Path.Combine(Shared.Repository, copy))), text);
                break;
            case "cd" when words is [_, var app, "&&", "func", "start"]:
                Assert.True(File.Exists(Path.Combine(Shared.Repository, app, "host.json")), text);
                break;
            case "npx":
                Assert.Equal(["npx", "azurite", "--location"], words[..^1]);
                break;
            case "eval" or "git":
                Assert.Contains(text, (string[])["eval \"$(azd env get-values)\"", "git pull"]);
                break;
            default:
                Assert.True(words.Length == 1 && words[0].StartsWith("tests/", StringComparison.Ordinal) && File.Exists(Path.Combine(Shared.Repository, words[0])), $"There is no rule for: {text}");
                Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(Path.Combine(Shared.Repository, words[0])).HasFlag(UnixFileMode.UserExecute), text);
                break;
        }
    }

    private static void CheckAzure(string text, string[] words)
    {
        if (text == "az login")
        {
            return;
        }

        Assert.Equal(["az", "storage", "blob"], words[..3]);
        Assert.Equal(AzureBlob[words[3]], words[4..].Where((_, i) => i % 2 == 0));
        Assert.Contains("--auth-mode login --account-name $DATA_STORAGE_NAME", string.Join(' ', words), StringComparison.Ordinal);
        Assert.Contains("output DATA_STORAGE_NAME string", File.ReadAllText(Path.Combine(Shared.Repository, "infra", "main.bicep")), StringComparison.Ordinal);
        var container = words[Array.FindIndex(words, w => w is "--container-name" or "--source") + 1];
        Assert.Contains($"\n  '{container}'\n", File.ReadAllText(Path.Combine(Shared.Repository, "infra", "app", "data-storage.bicep")), StringComparison.Ordinal);
    }

    private static IEnumerable<string> Variables()
    {
        using var parameters = JsonDocument.Parse(File.ReadAllText(Path.Combine(Shared.Repository, "infra", "main.parameters.json")));
        return Regex.Matches(parameters.RootElement.GetRawText(), @"\$\{(?<name>\w+)").Select(m => m.Groups["name"].Value).ToList();
    }

    private static void Parses(string[] arguments, string text)
    {
        var parse = MlopsCommand.Create().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        Assert.True(parse.Errors.Count == 0, $"{text}: {string.Join("; ", parse.Errors.Select(e => e.Message))}");
    }

    private static string[] Words(string text) => [.. Word().Matches(text).Select(m => m.Value.Replace("\"", "", StringComparison.Ordinal))];

    [GeneratedRegex("(\"[^\"]*\"|[^\\s\"])+")]
    private static partial Regex Word();
}
