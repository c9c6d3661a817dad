using FsCheck;
using FsCheck.Fluent;
using MlOps.Pipeline.Search;

namespace MlOps.Pipeline.Tests.Search;

/// <summary>What a search means, and what it says where it cannot be read.</summary>
public sealed class QueryTests
{
    private static readonly Findable Thing = new Findable()
        .With("tag", "audit").With("tag", "q3").With("note", "the bank's own sample").With("state", "Succeeded").With("period", "20201001").With("num_leaves", "31").With("num_leaves", 31)
        .With(new Dictionary<string, IReadOnlyDictionary<string, double>> { ["test"] = Metrics(0.76), ["drop"] = Metrics(0.71) }, "drop", "test");

    [Theory]
    [InlineData("auc > 0.7 and tag = audit", true)]
    [InlineData("auc > 0.75", false)]
    [InlineData("test.auc > 0.75 AND Tag = AUDIT", true)]
    [InlineData("auc>=0.71", true)]
    [InlineData("auc < 0.71 or tag = q3", true)]
    [InlineData("tag = audit or tag = none and auc > 0.9", true)]
    [InlineData("(tag = audit or tag = none) and auc > 0.9", false)]
    [InlineData("not tag = audit", false)]
    [InlineData("tag != audit", false)]
    [InlineData("tag != other", true)]
    [InlineData("note ~ BANK", true)]
    [InlineData("sample succeeded", true)]
    [InlineData("sample failed", false)]
    [InlineData("\"bank's own\"", true)]
    [InlineData("period >= 20201001 and period < 20201101", true)]
    [InlineData("num_leaves = 31", true)]
    [InlineData("num_leaves > 4", true)]
    [InlineData("state = succeeded", true)]
    [InlineData("", true)]
    public void A_search_finds_what_it_says(string text, bool found) => Assert.Equal(found, Query.Parse(text).Fits(Thing));

    [Theory]
    [InlineData("auc >", "lacks a value after 'auc >'")]
    [InlineData("auc > 0.7 and", "ends too early")]
    [InlineData("and auc > 0.7", "'and' at character 1")]
    [InlineData("(auc > 0.7", "bracket at character 1")]
    [InlineData("auc > 0.7)", "')' at character 10")]
    [InlineData("auc => 0.7", "'=>' at character 5 of the search is no comparison")]
    [InlineData("note = \"open", "quote at character 8")]
    [InlineData("= 3", "'=' at character 1")]
    public void What_cannot_be_read_is_said_with_its_place(string text, string said) =>
        Assert.Contains(said, Assert.Throws<QueryException>(() => Query.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_name_that_nothing_has_is_guessed_at_rather_than_finding_nothing()
    {
        Assert.EndsWith("Did you mean 'auc'?", Assert.Throws<QueryException>(() => Query.Parse("acu > 0.7").Require(Thing.Names)).Message, StringComparison.Ordinal);
        Assert.Contains("'xyzzyxyzzy'", Assert.Throws<QueryException>(() => Query.Parse("xyzzyxyzzy = 1").Require(Thing.Names)).Message, StringComparison.Ordinal);
        Query.Parse("AUC > 0.7").Require(Thing.Names);
    }

    [Fact]
    public void Whatever_is_typed_is_read_or_refused_with_a_sentence() => Prop.ForAll(
        Gen.Elements("auc", ">", "=", "0.7", "(", ")", "and", "or", "not", "\"a b\"", "\"", "'", "~", "!", "日本", " ").ListOf().Select(parts => string.Join(' ', parts)).ToArbitrary(),
        text =>
        {
            try
            {
                _ = Query.Parse(text).Fits(Thing);
                return true;
            }
            catch (QueryException refused)
            {
                return refused.Said.ToString().Length > 0;
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Brackets_without_end_are_refused() => Assert.Throws<QueryException>(() => Query.Parse(new string('(', 900)));

    private static Dictionary<string, double> Metrics(double auc) => new() { ["auc"] = auc };
}
