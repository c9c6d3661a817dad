using MlOps.Boosting.Data;
using MlOps.Boosting.Evaluation;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;

namespace MlOps.Boosting.Tests.Data;

/// <summary>Rows that are measured on, binned with a training set's bins.</summary>
public sealed class ValidSetTests
{
    // In training no row has two of the four features; in validation most rows have.
    [Fact]
    public void Rows_with_several_features_that_exclude_each_other_in_training_keep_all_of_them()
    {
        Parameters parameters = Parameters.Parse([
            new("objective", "regression"), new("metric", "l2"), new("num_iterations", "10"), new("num_leaves", "6"), new("min_data_in_leaf", "5"), new("num_threads", "1")]);
        const int rows = 2000;
        double[][] train = Columns(rows, (row, feature) => row % 8 == feature ? 1 + (row % 3) : 0);
        double[][] valid = Columns(500, (row, feature) => (row + feature) % 3 == 0 ? 0 : 1 + ((row + feature) % 3));
        using Dataset data = Dataset.Create(train, ["a", "b", "c", "d"], [.. Enumerable.Range(0, rows).Select(row => (float)((row % 8) + (row % 3)))], parameters);
        Assert.Single(data.Layout.Groups);
        float[] label = [.. Enumerable.Range(0, 500).Select(row => (float)(row % 7))];
        using Dataset measured = data.CreateValid(valid, label);
        using var file = new MemoryStream();
        measured.Save(file);
        file.Position = 0;
        using Dataset read = Dataset.Load(file);
        foreach (Dataset set in (Dataset[])[measured, read])
        {
            double last = double.NaN;
            Booster booster = Booster.Train(parameters, data, [new ValidSet("valid", set)], result => last = result.Metrics[0].Value);
            double[] predictions = booster.Predict(valid, threads: 1);
            Assert.Equal(predictions.Select((p, row) => (p - label[row]) * (p - label[row])).Average(), last, 1e-12);
        }
    }

    private static double[][] Columns(int rows, Func<int, int, double> value) =>
        [.. Enumerable.Range(0, 4).Select(feature => Enumerable.Range(0, rows).Select(row => value(row, feature)).ToArray())];
}
