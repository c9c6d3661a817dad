namespace MlOps.Tuning.Tests.Comparison;

public sealed class ObjectivesTests
{
    [Theory]
    [InlineData("sphere5")]
    [InlineData("rosenbrock4")]
    [InlineData("branin2")]
    [InlineData("hartmann6")]
    [InlineData("mixed4")]
    [InlineData("gbdt7")]
    public void The_objectives_are_those_of_the_reference_runs(string name)
    {
        var c = OptunaVectors.Read("functions.json")["cases"]!.AsArray().Single(n => (string)n!["name"]! == name)!;
        var points = c["check_points"]!.AsArray();
        Assert.NotEmpty(points);
        foreach (var point in points)
        {
            var parameters = new ParameterSet(point!["params"]!.AsObject().Select(p => KeyValuePair.Create(p.Key, OptunaVectors.Value(p.Value!))));
            var expected = (double)point["value"]!;
            Assert.Equal(expected, Objectives.Of(name)(parameters), 1e-12 * Math.Max(1, Math.Abs(expected)));
        }
    }
}
