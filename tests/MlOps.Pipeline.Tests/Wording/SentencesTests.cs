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
            // What only puts others together has no words of its own.
            Assert.True(!Sentences.Places().Replace(templates["en"], "").Any(char.IsLetter) || Japanese().IsMatch(templates["ja"]), $"'{code}' is not in Japanese");
        }
    }

    [Fact]
    public void A_sentence_within_a_sentence_leaves_its_full_stop_to_the_outer_one()
    {
        var whole = Sentence.Of("steer-never-read", ("run", "r"), ("reason", "It has ended."), ("period", "20240101"));
        var inner = Sentence.Of("verdict-incident", ("message", Sentence.Of("label-constant")));
        var outer = Sentence.Of("no-champion-refused", ("pipeline", "p"), ("version", "v"), ("period", "20240101"), ("reason", inner));

        Assert.EndsWith("It has ended. Drop 20240101.csv again.", whole.ToString(), StringComparison.Ordinal);
        Assert.Contains("there is nothing to learn. The next period", outer.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("。。", Sentences.Word(outer, Sentences.Japanese), StringComparison.Ordinal);
        Assert.Contains("nothing to learn), and predicts", Sentence.Of("no-champion-predicts", ("pipeline", "p"), ("version", "v"), ("reason", inner)).ToString(), StringComparison.Ordinal);
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
    public void What_the_reader_and_the_schema_remark_is_worded_in_the_same_English_and_in_Japanese()
    {
        string[] folders = ["MlOps.Tabular", "MlOps.Learning/Images", "MlOps.Pipeline/Steps/Pictures"];
        var remarks = folders.SelectMany(folder => Directory.GetFiles(Path.Combine(Shared.Repository, "functions", folder), "*.cs", SearchOption.AllDirectories))
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal))
            .SelectMany(f => Remarks().Matches(File.ReadAllText(f))).ToArray();

        Assert.True(remarks.Length > 30, $"only {remarks.Length} remarks were found");
        Assert.All(remarks, r => Assert.Equal(Regex.Unescape(r.Groups[2].Value), Sentences.All[r.Groups[1].Value]["en"]));
    }

    [Fact]
    public void A_sentence_within_a_sentence_and_a_list_of_them_are_worded_in_the_same_language()
    {
        var list = Sentences.List([Sentence.Of("column-empty", ("column", "A")), Sentence.Of("column-one-value", ("column", "B"))], more: true);
        var sentence = Sentence.Of("no-usable-column", ("columns", list));

        Assert.Contains("'A' is empty, 'B' has one value, …", sentence.ToString(), StringComparison.Ordinal);
        Assert.Contains("「A」は空です、「B」の値は 1 つです など", Sentences.Word(sentence, Sentences.Japanese), StringComparison.Ordinal);
        Assert.Equal(sentence, SaidException.Read(new SaidException(sentence).Message));
        Assert.Null(SaidException.Read(new SaidException(sentence).Message[..40]));
    }

    [Theory]
    [InlineData("1", "1 row of period initial has an id that is to be predicted now; it is kept out of training so that no label leaks.")]
    [InlineData("5", "5 rows of period initial have an id that is to be predicted now; they are kept out of training so that no label leaks.")]
    public void One_row_has_and_five_rows_have(string rows, string said) => Assert.Equal(said, Sentence.Of("id-in-score", ("rows", rows), ("period", "initial")).ToString());

    [Fact]
    public void No_sentence_says_one_rows()
    {
        // Names of arguments that count what the next word names.
        string[] counted = ["rows", "count", "ids", "labels", "predicted", "rounds"];
        // Said only of more than one.
        string[] many = ["labels-meet-few", "label-quantity", "too-many-columns", "unseen-turns-few"];
        foreach (var (code, templates) in Sentences.All.Where(s => !many.Contains(s.Key)))
        {
            var said = Sentence.Of(code, [.. Arguments(templates["en"]).Select(a => (a, (object)(counted.Contains(a) ? "1" : "…")))]).ToString();
            Assert.False(OneOfMany().IsMatch(said), $"'{code}' says: {said}");
        }
    }

    [Fact]
    public void A_sentence_without_an_argument_that_it_needs_is_not_made() =>
        Assert.Throws<ArgumentException>(() => Sentence.Of("few-rows", ("rows", 3)));

    private static HashSet<string> Arguments(string template) => [.. Sentences.Places().Matches(template).Select(m => m.Groups[1].Value)];

    [GeneratedRegex("[\\u3000-\\u30ff\\u4e00-\\u9fff\\uff00-\\uff5e]")]
    private static partial Regex Japanese();

    [GeneratedRegex(@"Remark\.Of\(\s*""([a-z0-9-]+)"",\s*""((?:[^""\\]|\\.)*)""")]
    private static partial Regex Remarks();

    [GeneratedRegex(@"(?<!/)\b1 (?!is\b|has\b|was\b|class\b)(?:test )?[a-z]+s\b")]
    private static partial Regex OneOfMany();

    [GeneratedRegex(@"(?:Sentence\.Of|\b(?:page|words)\.(?:Say|Mark))\(\s*""([a-z0-9-]+)""")]
    private static partial Regex Codes();
}
