using System.Text.RegularExpressions;
using MlOps.Pipeline.Wording;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Wording;

public sealed partial class SentencesTests
{
    [Fact]
    public void Every_sentence_is_worded_in_English_and_Japanese_with_the_same_arguments()
    {
        Assert.NotEmpty(Sentences.All);
        foreach (var (code, templates) in Sentences.All)
        {
            Assert.Equal(["en", "ja"], templates.Keys.Order());
            Assert.True(Arguments(templates["en"]).SetEquals(Arguments(templates["ja"])), $"'{code}' has other arguments in Japanese");
            Assert.Matches("[\\u3040-\\u30ff\\u4e00-\\u9fff]", templates["ja"]);
        }
    }

    [Fact]
    public void Every_sentence_is_said_somewhere_and_every_code_that_is_said_exists()
    {
        string[] sources = [.. Directory.GetFiles(Path.Combine(Shared.Repository, "functions"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .Select(File.ReadAllText)];
        var said = sources.SelectMany(s => Codes().Matches(s).Select(m => m.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

        Assert.Empty(said.Except(Sentences.All.Keys));
        Assert.Empty(Sentences.All.Keys.Where(code => !sources.Any(s => s.Contains($"\"{code}\"", StringComparison.Ordinal))));
    }

    [Fact]
    public void A_sentence_without_an_argument_that_it_needs_is_not_made() =>
        Assert.Throws<ArgumentException>(() => Sentence.Of("few-rows", ("rows", 3)));

    private static HashSet<string> Arguments(string template) => [.. Sentences.Places().Matches(template).Select(m => m.Groups[1].Value)];

    [GeneratedRegex(@"Sentence\.Of\(\s*""([a-z0-9-]+)""")]
    private static partial Regex Codes();
}
