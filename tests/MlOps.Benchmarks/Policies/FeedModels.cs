using System.Globalization;
using MlOps.Boosting;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Pipeline.Steps.Evaluate;

namespace MlOps.Benchmarks.Policies;

/// <summary>
/// A model for every period of a feed, learned from everything before it but one row in five, and what each of them says of the rows of
/// its own period and of all later ones.
/// </summary>
internal sealed class FeedModels
{
    private const int Test = 5;
    private readonly PolicyFeed _feed;
    private readonly double[][][] _scores;

    /// <summary>Trains the models.</summary>
    /// <param name="feed">The feed.</param>
    /// <param name="rounds">Trees of a model.</param>
    public FeedModels(PolicyFeed feed, int rounds = 60)
    {
        _feed = feed;
        var count = feed.Periods.Count;
        _scores = new double[count][][];
        for (var model = 0; model < count; model++)
        {
            var booster = Train(feed, [feed.Initial, .. feed.Periods.Take(model)], rounds);
            _scores[model] = [.. feed.Periods.Select((file, period) => period < model - 1 ? [] : booster.Predict(file.Columns, PredictionKind.Probability))];
        }
    }

    /// <summary>Number of periods, and of models.</summary>
    public int Periods => _feed.Periods.Count;

    /// <summary>Mean loss of a model on all rows of a period that it has not learned from.</summary>
    /// <param name="model">Period of whose run the model is.</param>
    /// <param name="period">Period, that or a later one.</param>
    public double Loss(int model, int period) => Of(period, AllRows(period)).Measure(_scores[model][period]);

    /// <summary>The test rows of a period, with the scores of two models on them.</summary>
    /// <param name="period">Period.</param>
    /// <param name="challenger">A model that has learned from the other rows of the period.</param>
    /// <param name="champion">A model that has learned from nothing of it.</param>
    public (Comparison Rows, double[] Challenger, double[] Champion) TestRows(int period, int challenger, int champion)
    {
        int[] rows = [.. AllRows(period).Where(row => row % Test == 0)];
        return (Of(period, rows), [.. rows.Select(row => _scores[challenger][period][row])], [.. rows.Select(row => _scores[champion][period][row])]);
    }

    private static int[] AllRows(FeedFile file) => [.. Enumerable.Range(0, file.Rows)];

    private int[] AllRows(int period) => AllRows(_feed.Periods[period]);

    private Comparison Of(int period, int[] rows) => new(_feed.Metric, 2, [.. rows.Select(row => _feed.Periods[period].Labels[row])]);

    /// <summary>A model of every row of a history but the test rows.</summary>
    /// <param name="feed">The feed, for its metric.</param>
    /// <param name="history">What to learn from.</param>
    /// <param name="rounds">Trees.</param>
    internal static Booster Train(PolicyFeed feed, IReadOnlyList<FeedFile> history, int rounds)
    {
        int[][] learned = [.. history.Select(file => AllRows(file).Where(row => row % Test != 0).ToArray())];
        var columns = Enumerable.Range(0, feed.Initial.Columns.Length)
            .Select(column => history.SelectMany((file, i) => learned[i].Select(row => file.Columns[column][row])).ToArray()).ToArray();
        float[] labels = [.. history.SelectMany((file, i) => learned[i].Select(row => (float)file.Labels[row]))];
        var parameters = Parameters.Parse([
            new("objective", feed.Metric == "l2" ? "regression" : "binary"), new("num_leaves", "15"), new("num_iterations", rounds.ToString(CultureInfo.InvariantCulture)),
            new("learning_rate", "0.1"), new("min_data_in_leaf", "20"), new("metric", "none"), new("num_threads", "2")]);
        using var data = Dataset.Create(columns, [.. columns.Select((_, i) => $"f{i}")], labels, parameters);
        return Booster.Train(parameters, data);
    }
}
