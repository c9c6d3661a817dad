using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Tests.Settings;

public sealed class ParametersTests
{
    [Theory]
    [InlineData("num_leavs", "num_leaves")]
    [InlineData("learning_rat", "learning_rate")]
    [InlineData("bagging_fractoin", "bagging_fraction")]
    public void An_unknown_parameter_is_an_error_that_names_the_nearest(string name, string nearest)
    {
        var e = Assert.Throws<ParameterException>(() => Parameters.Parse([new(name, "1")]));
        Assert.Equal(name, e.Parameter);
        Assert.Contains($"'{nearest}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Aliases_are_LightGBMs()
    {
        Parameters p = Parameters.Parse([new("eta", "0.3"), new("n_estimators", "7"), new("reg_lambda", "2"), new("subsample", "0.5"), new("max_leaf", "9"), new("application", "mse"), new("min_child_samples", "3")]);
        Assert.Equal((0.3, 7, 2.0, 0.5, 9, "regression", 3), (p.LearningRate, p.NumIterations, p.LambdaL2, p.BaggingFraction, p.NumLeaves, p.Objective, p.MinDataInLeaf));
    }

    [Theory]
    [InlineData("num_leaves", "1")]
    [InlineData("learning_rate", "0")]
    [InlineData("feature_fraction", "1.5")]
    [InlineData("max_bin", "many")]
    [InlineData("is_unbalance", "maybe")]
    [InlineData("objective", "binray")]
    [InlineData("metric", "acu")]
    [InlineData("device_type", "gpu")]
    [InlineData("linear_tree", "true")]
    public void A_value_out_of_range_is_an_error_that_names_the_parameter(string name, string value) =>
        Assert.Contains(name, Assert.Throws<ParameterException>(() => Parameters.Parse([new(name, value)])).Message, StringComparison.Ordinal);

    [Fact]
    public void The_same_parameter_twice_with_different_values_is_refused() =>
        Assert.Throws<ParameterException>(() => Parameters.Parse([new("eta", "0.3"), new("learning_rate", "0.1")]));

    [Theory]
    [InlineData("objective=multiclass")]
    [InlineData("objective=binary num_class=3")]
    [InlineData("objective=binary metric=multi_logloss")]
    [InlineData("objective=binary is_unbalance=true scale_pos_weight=2")]
    [InlineData("objective=regression_l1 monotone_constraints=1,0")]
    [InlineData("boosting=rf")]
    [InlineData("data_sample_strategy=goss top_rate=0.8 other_rate=0.5")]
    public void Contradictions_are_refused(string settings) =>
        Assert.Throws<ParameterException>(() => Parameters.Parse(settings.Split(' ').Select(pair => KeyValuePair.Create(pair.Split('=')[0], pair.Split('=')[1]))));
}
