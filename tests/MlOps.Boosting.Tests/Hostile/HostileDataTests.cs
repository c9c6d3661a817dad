using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Tests.Hostile;

/// <summary>Data that no one would want to learn from: a clear error or a right model.</summary>
public sealed class HostileDataTests
{
    private static readonly Parameters Binary = Parameters.Parse([new("objective", "binary"), new("num_iterations", "5"), new("min_data_in_leaf", "1"), new("num_threads", "1")]);

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_label_that_is_no_finite_number_is_named_with_its_row(float label)
    {
        var e = Assert.Throws<BoostingDataException>(() => Make([[1, 2, 3]], [0, label, 1]));
        Assert.Contains("row 1", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1f)]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_weight_that_is_negative_or_not_finite_is_named_with_its_row(float weight)
    {
        var e = Assert.Throws<BoostingDataException>(() => Dataset.Create((double[][])[[1, 2, 3]], ["f"], [0, 1, 1], Binary, weight: [1, 1, weight]));
        Assert.Contains("row 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void No_rows_are_refused() => Assert.Throws<BoostingDataException>(() => Make([[]], []));

    [Fact]
    public void Columns_of_another_length_are_refused() => Assert.Throws<BoostingDataException>(() => Make([[1, 2]], [0, 1, 0]));

    [Theory]
    [InlineData(0f, 0.0)]
    [InlineData(1f, 1.0)]
    public void One_class_only_predicts_that_class(float label, double probability)
    {
        Booster booster = Train([[1, 2, 3, 4]], [label, label, label, label], Binary);
        Assert.Equal(probability, booster.PredictRow([2.0]), 1e-12);
    }

    [Fact]
    public void One_row_predicts_itself()
    {
        Booster booster = Train([[7]], [3.5f], Parameters.Parse([new("num_iterations", "5"), new("num_threads", "1")]));
        Assert.Equal(3.5, booster.PredictRow([7.0]), 1e-12);
    }

    [Fact]
    public void Constant_and_missing_features_predict_the_mean()
    {
        double[] missing = [double.NaN, double.NaN, double.NaN, double.NaN];
        Booster booster = Train([[1, 1, 1, 1], missing], [1, 2, 3, 4], Parameters.Parse([new("num_iterations", "3"), new("num_threads", "1")]));
        Assert.Equal(2.5, booster.PredictRow([1.0, double.NaN]), 1e-12);
    }

    [Fact]
    public void Infinite_feature_values_are_values()
    {
        double[] column = [.. Enumerable.Range(0, 100).Select(i => i < 50 ? double.NegativeInfinity : double.PositiveInfinity)];
        Booster booster = Train([column], [.. column.Select(v => v > 0 ? 1f : 0f)], Binary);
        Assert.True(booster.PredictRow([double.PositiveInfinity]) > 0.5);
        Assert.True(booster.PredictRow([double.NegativeInfinity]) < 0.5);
    }

    [Fact]
    public void A_hundred_thousand_categories_end_in_a_model()
    {
        const int rows = 100_000;
        double[] column = [.. Enumerable.Range(0, rows).Select(i => (double)i)];
        float[] label = [.. Enumerable.Range(0, rows).Select(i => i % 3 == 0 ? 1f : 0f)];
        Parameters parameters = Binary.With("categorical_feature", "0");
        Booster booster = Train([column], label, parameters);
        Assert.True(double.IsFinite(booster.PredictRow([5.0])));
    }

    [Theory]
    [InlineData("multiclass", 3f)]
    [InlineData("multiclass", 0.5f)]
    [InlineData("poisson", -1f)]
    [InlineData("cross_entropy", 1.5f)]
    public void A_label_outside_the_objectives_range_is_named(string objective, float label)
    {
        Parameters parameters = Parameters.Parse([new("objective", objective), new("num_class", objective == "multiclass" ? "3" : "1")]);
        using Dataset data = Make([[1, 2, 3]], [0, 1, label]);
        var e = Assert.Throws<BoostingDataException>(() => Booster.Train(parameters, data));
        Assert.Contains("row 2", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ranking_without_queries_is_refused()
    {
        using Dataset data = Make([[1, 2, 3]], [0, 1, 0]);
        Assert.Throws<BoostingDataException>(() => Booster.Train(Parameters.Parse([new("objective", "lambdarank")]), data));
    }

    [Fact]
    public void A_leaf_whose_value_is_not_finite_ends_the_training_with_the_iteration_and_what_to_do()
    {
        // In the first leaf the percentile lies between residuals whose difference is more than a number can hold.
        Parameters parameters = Parameters.Parse([
            new("objective", "quantile"), new("alpha", "0.25"), new("num_leaves", "2"), new("num_iterations", "5"),
            new("min_data_in_leaf", "1"), new("min_data_in_bin", "1"), new("num_threads", "1")]);
        double[] start = [-1.7e308, -1.7e308, -1.7e308, 1.7e308, -1.7e308, -1.7e308, -1.7e308, -1.7e308];
        Dataset Data() => Dataset.Create((double[][])[[1, 1, 1, 1, 2, 2, 2, 2]], ["f"], new float[8], parameters, initScore: start);
        var e = Assert.Throws<BoostingDataException>(() =>
        {
            using Dataset data = Data();
            Booster.Train(parameters, data);
        });
        Assert.StartsWith("Iteration 1: leaf ", e.Message, StringComparison.Ordinal);
        Assert.Contains("min_sum_hessian_in_leaf", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_training_stops()
    {
        using var source = new CancellationTokenSource();
        using Dataset data = Make([[.. Enumerable.Range(0, 500).Select(i => (double)i)]], [.. Enumerable.Range(0, 500).Select(i => (float)(i % 2))]);
        Parameters parameters = Binary.With("num_iterations", "100000");
        int rounds = 0;
        Assert.Throws<OperationCanceledException>(() => Booster.Train(parameters, data, null, _ =>
        {
            if (++rounds == 3)
            {
                source.Cancel();
            }
        }, source.Token));
        Assert.Equal(3, rounds);
    }

    private static Dataset Make(double[][] columns, float[] label) =>
        Dataset.Create(columns, [.. columns.Select((_, i) => $"f{i}")], label, Binary);

    private static Booster Train(double[][] columns, float[] label, Parameters parameters)
    {
        using Dataset data = Dataset.Create(columns, [.. columns.Select((_, i) => $"f{i}")], label, parameters);
        return Booster.Train(parameters, data);
    }
}
