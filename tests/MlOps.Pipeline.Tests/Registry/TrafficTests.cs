using MlOps.Pipeline.Registry;

namespace MlOps.Pipeline.Tests.Registry;

public sealed class TrafficTests
{
    private static readonly string[] Ids = [.. Enumerable.Range(100_000, 10_000).Select(i => $"{i}")];

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    [InlineData(1.0)]
    public void The_challengers_share_of_ten_thousand_ids_is_kept_within_one_percent(double share)
    {
        var traffic = new Traffic("v2", share, null);
        Assert.InRange(Ids.Count(id => traffic.IsChallengers("p", id)) / 10_000.0, share - 0.01, share + 0.01);
    }

    [Fact]
    public void A_larger_share_keeps_the_ids_of_a_smaller_one_and_another_challenger_gets_others()
    {
        var (small, large, other) = (new Traffic("v2", 0.1, null), new Traffic("v2", 0.3, null), new Traffic("v3", 0.1, null));
        var first = Ids.Where(id => small.IsChallengers("p", id)).ToArray();
        Assert.All(first, id => Assert.True(large.IsChallengers("p", id)));
        Assert.InRange(first.Count(id => other.IsChallengers("p", id)), 0, first.Length / 5);
    }

    [Fact]
    public void An_id_gets_the_same_answer_in_every_release()
    {
        // The first of these ids with a share of one half: a change of the hash would move people from model to model.
        var traffic = new Traffic("v2", 0.5, null);
        Assert.Equal("10011100011010010010100000111010", string.Concat(Ids.Take(32).Select(id => traffic.IsChallengers("p", id) ? '1' : '0')));
    }

    [Fact]
    public void A_version_that_becomes_champion_is_nobodys_challenger_or_shadow()
    {
        var aliases = Aliases.None.With(Of("a")) with { Traffic = new Traffic("b", 0.2, "c") };
        Assert.Equal(new Traffic("b", 0.2, "c"), aliases.With(Of("d")).Traffic);
        Assert.Equal(new Traffic(null, 0, "c"), aliases.With(Of("b")).Traffic);
        Assert.Equal(new Traffic("b", 0.2, null), aliases.With(Of("c")).Traffic);
        Assert.Null(aliases.With(Of("b")).With(Of("c")).Traffic);
    }

    private static Release Of(string champion) => new(DateTimeOffset.UnixEpoch, "20200101", champion, null, null, "hand", "", null);
}
