using System.Text.Json;

namespace MlOps.Tuning.Tests.Spaces;

public sealed class SearchSpaceTests
{
    [Fact]
    public void A_space_survives_json()
    {
        var space = new SearchSpace(
            new FloatParameter("a", 0.1, 2, log: true),
            new FloatParameter("b", 0, 1, step: 0.05),
            new IntParameter("c", 16, 256, step: 16),
            new CategoricalParameter("d", ["x", "y"]));
        var json = JsonSerializer.Serialize(space);
        Assert.Equal(space, JsonSerializer.Deserialize<SearchSpace>(json));
        Assert.StartsWith("[{\"type\":\"float\"", json, StringComparison.Ordinal);
    }

    [Fact]
    public void The_upper_end_is_the_last_point_of_the_grid()
    {
        Assert.Equal(250, new IntParameter("a", 10, 256, step: 16).High);
        Assert.Equal(1.0, new FloatParameter("b", 0, 1.02, step: 0.05).High, 12);
        Assert.Equal(1.0, new FloatParameter("b", 0, 1, step: 0.05).High, 12);
    }

    [Fact]
    public void A_range_that_cannot_be_searched_is_refused_with_its_name()
    {
        Assert.Contains("rate:", Assert.Throws<ArgumentException>(() => new FloatParameter("rate", 2, 1)).Message);
        Assert.Contains("rate:", Assert.Throws<ArgumentException>(() => new FloatParameter("rate", 0, 1, log: true)).Message);
        Assert.Contains("rate:", Assert.Throws<ArgumentException>(() => new FloatParameter("rate", 0, 1, step: 0)).Message);
        Assert.Contains("leaves:", Assert.Throws<ArgumentException>(() => new IntParameter("leaves", 2, 1)).Message);
        Assert.Contains("leaves:", Assert.Throws<ArgumentException>(() => new IntParameter("leaves", 0, 9, log: true)).Message);
        Assert.Contains("kind:", Assert.Throws<ArgumentException>(() => new CategoricalParameter("kind", ["a", "a"])).Message);
        Assert.Contains("rate", Assert.Throws<ArgumentException>(() => new SearchSpace(new IntParameter("rate", 1, 2), new IntParameter("rate", 1, 2))).Message);
    }

    [Fact]
    public void Every_grid_point_of_a_random_draw_has_the_same_share()
    {
        var counts = new int[7];
        for (var i = 0; i < 7000; i++)
        {
            counts[(int)RandomSampler.Draw(new IntParameter("k", 1, 7), (i + 0.5) / 7000).Number - 1]++;
        }

        Assert.All(counts, c => Assert.Equal(1000, c));
    }

    [Fact]
    public void A_parameter_set_is_equal_in_any_order_and_knows_its_names()
    {
        var a = new ParameterSet([new("x", 1.5), new("y", "b")]);
        var b = new ParameterSet([new("y", "b"), new("x", 1.5)]);
        Assert.Equal(a, b);
        Assert.Equal(a.GetHashCode(), b.GetHashCode());
        Assert.Equal("{\"x\":1.5,\"y\":\"b\"}", JsonSerializer.Serialize(a));
        Assert.Equal(a, JsonSerializer.Deserialize<ParameterSet>("{\"x\":1.5,\"y\":\"b\"}"));
        Assert.Contains("no parameter z", Assert.Throws<KeyNotFoundException>(() => a["z"]).Message);
    }
}
