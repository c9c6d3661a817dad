using System.Globalization;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Tests.Data;

/// <summary>What the weights of rows do.</summary>
public sealed class WeightTests
{
    [Fact]
    public void The_hessians_of_weighted_mape_are_the_weights_of_the_rows()
    {
        Parameters parameters = Parameters.Parse([
            new("objective", "mape"), new("num_iterations", "1"), new("num_leaves", "4"), new("min_data_in_leaf", "5"), new("num_threads", "1")]);
        double[] x = [.. Enumerable.Range(0, 200).Select(row => (double)(row % 20))];
        float[] weight = [.. Enumerable.Range(0, 200).Select(row => 0.25f * (1 + (row % 7)))];
        using Dataset data = Dataset.Create((double[][])[x], ["x"], [.. x.Select(value => (float)(2 * value) + 1)], parameters, weight: weight);
        string model = Booster.Train(parameters, data).SaveToString();
        string line = model.Split('\n').First(text => text.StartsWith("leaf_weight=", StringComparison.Ordinal));
        double[] leaves = [.. line["leaf_weight=".Length..].Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
        Assert.Equal(4, leaves.Length);
        Assert.Equal(weight.Sum(), leaves.Sum(), 1e-9);
    }
}
