using FsCheck;
using FsCheck.Fluent;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Tests.Properties;

/// <summary>What holds for any data and parameters: random tables with missing values, ties and categories.</summary>
public sealed class TrainingProperties
{
    private sealed record Sample(double[][] Columns, float[] Label, Parameters Parameters);

    [Fact]
    public void Contributions_and_bias_sum_to_the_raw_score() => Check(sample =>
    {
        Booster booster = Train(sample, 1);
        double[] raw = booster.Predict(sample.Columns, PredictionKind.Raw, threads: 1);
        double[] contributions = booster.Predict(sample.Columns, PredictionKind.Contributions, threads: 1);
        int width = sample.Columns.Length + 1;
        return Enumerable.Range(0, raw.Length).All(i =>
            Math.Abs(contributions.Skip(i * width).Take(width).Sum() - raw[i]) <= 1e-9 * Math.Max(1, Math.Abs(raw[i])));
    });

    [Fact]
    public void Any_number_of_threads_gives_the_same_model() => Check(sample =>
        Train(sample, 1).SaveToString() == Train(sample, 2).SaveToString()
        && Train(sample, 1).SaveToString() == Train(sample, 8).SaveToString());

    [Fact]
    public void A_model_written_and_read_predicts_identically() => Check(sample =>
    {
        Booster booster = Train(sample, 1);
        Booster read = Booster.Load(booster.SaveToString());
        return booster.Predict(sample.Columns, threads: 1).SequenceEqual(read.Predict(sample.Columns, threads: 1));
    });

    [Fact]
    public void The_average_of_models_has_the_mean_of_their_raw_scores_and_leaves_them_as_they_are() => Check(sample =>
    {
        Booster[] boosters = [.. new[] { 1, 2, 3 }.Select(seed => Train(sample with { Parameters = sample.Parameters.With([new("seed", $"{seed}"), new("num_leaves", $"{2 + seed}"), new("boosting", "gbdt")]) }, 1))];
        string[] before = [.. boosters.Select(b => b.SaveToString())];
        double[][] raw = [.. boosters.Select(b => b.Predict(sample.Columns, PredictionKind.Raw, threads: 1))];
        double[] mean = Booster.Load(Booster.Average(boosters).SaveToString()).Predict(sample.Columns, PredictionKind.Raw, threads: 1);
        return before.SequenceEqual(boosters.Select(b => b.SaveToString()))
            && Enumerable.Range(0, mean.Length).All(i => Math.Abs(mean[i] - raw.Average(r => r[i])) <= 1e-9 * Math.Max(1, Math.Abs(mean[i])));
    });

    [Fact]
    public void A_batch_predicts_what_single_rows_predict() => Check(sample =>
    {
        Booster booster = Train(sample, 1);
        double[] batch = booster.Predict(sample.Columns, PredictionKind.Raw, threads: 1);
        return Enumerable.Range(0, batch.Length).All(i =>
            booster.PredictRow([.. sample.Columns.Select(column => column[i])], PredictionKind.Raw) == batch[i]);
    });

    [Fact]
    public void Monotone_constraints_hold() => Check(sample =>
    {
        var parameters = sample.Parameters.With([new("monotone_constraints", "1,-1,0,0"), new("categorical_feature", ""), new("zero_as_missing", "false")]);
        Booster booster = Train(sample with { Parameters = parameters }, 1);
        double[] row = [.. sample.Columns.Select(column => column[0])];
        return Rises(booster, row, 0, 1) && Rises(booster, row, 1, -1);
    });

    private static bool Rises(Booster booster, double[] row, int feature, int direction)
    {
        double last = double.NegativeInfinity;
        for (double value = -4; value <= 4; value += 0.25)
        {
            row[feature] = value * direction;
            double score = booster.PredictRow(row, PredictionKind.Raw);
            if (score < last)
            {
                return false;
            }

            last = score;
        }

        return true;
    }

    private static void Check(Func<Sample, bool> holds) =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed => holds(Make(seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(12));

    private static Booster Train(Sample sample, int threads)
    {
        Parameters parameters = sample.Parameters.With("num_threads", threads.ToString());
        using Dataset data = Dataset.Create(sample.Columns, ["a", "b", "c", "d"], sample.Label, parameters);
        return Booster.Train(parameters, data);
    }

    private static Sample Make(int seed)
    {
        var random = new Random(seed);
        int rows = random.Next(60, 400);
        double holes = random.NextDouble() * 0.4;
        double[][] columns = [.. Enumerable.Range(0, 4).Select(f => Enumerable.Range(0, rows).Select(_ =>
            f == 3 ? random.Next(8) : f == 2 && random.NextDouble() < holes ? double.NaN : Math.Round((random.NextDouble() - 0.5) * 8, random.Next(0, 3))).ToArray())];
        float[] label = [.. Enumerable.Range(0, rows).Select(i => (float)(columns[0][i] - columns[1][i] + (random.NextDouble() * 4)))];
        return new Sample(columns, label, Parameters.Parse([
            new("objective", "regression"), new("num_iterations", "6"), new("num_leaves", random.Next(2, 20).ToString()),
            new("min_data_in_leaf", random.Next(1, 15).ToString()), new("lambda_l2", random.Next(0, 3).ToString()),
            new("lambda_l1", random.Next(3) == 0 ? "0.2" : "0"), new("bagging_freq", random.Next(2).ToString()), new("bagging_fraction", "0.7"),
            new("feature_fraction", random.Next(2) == 0 ? "1" : "0.7"), new("zero_as_missing", random.Next(4) == 0 ? "true" : "false"),
            new("categorical_feature", random.Next(2) == 0 ? "3" : ""), new("seed", seed.ToString())]));
    }
}
