using System.Text.Json;
using MlOps.Boosting.Data;
using MlOps.Boosting.Evaluation;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;

namespace MlOps.Boosting.Tests.Vectors;

/// <summary>Trainings against LightGBM's own models. Everything is compared for equality, bit by bit, unless said otherwise.</summary>
public sealed class TrainingTests
{
    public static TheoryData<string> Cases => [.. VectorCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_gives_LightGBMs_trees(string name)
    {
        VectorCase @case = VectorCase.Load(name);
        Booster expected = Booster.Load(@case.ModelText);
        (Booster actual, _) = Train(@case);
        ModelComparison.AssertSameTrees(expected, actual);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Metrics_of_every_round_are_LightGBMs(string name)
    {
        VectorCase @case = VectorCase.Load(name);
        (Booster actual, List<IterationResult> rounds) = Train(@case);
        JsonElement expected = @case.Metrics;
        Assert.Equal(expected.GetProperty("iterations_run").GetInt32(), rounds.Count);
        if (expected.TryGetProperty("best_iteration", out JsonElement best))
        {
            Assert.Equal(best.GetInt32(), actual.BestIteration);
        }

        foreach (JsonProperty set in expected.GetProperty("history").EnumerateObject())
        {
            string setName = set.Name == "train" ? "training" : set.Name;
            foreach (JsonProperty metric in set.Value.EnumerateObject())
            {
                double[] values = [.. metric.Value.EnumerateArray().Select(v => v.GetDouble())];
                for (int i = 0; i < values.Length; i++)
                {
                    double value = rounds[i].Metrics.Single(m => m.Set == setName && m.Metric == metric.Name).Value;

                    // Sums over rows in another order differ around 1e-15.
                    Assert.True(Math.Abs(values[i] - value) <= 1e-9, $"{setName} {metric.Name} round {i + 1}: {value:R}, expected {values[i]:R}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Raw_scores_of_the_test_rows_are_LightGBMs(string name)
    {
        VectorCase @case = VectorCase.Load(name);
        (Booster actual, _) = Train(@case);
        double[] raw = actual.Predict(@case.Table("test").Columns, PredictionKind.Raw);
        Assert.Equal(@case.Rows("pred_raw.csv").SelectMany(row => row), raw);
    }

    internal static (Booster Booster, List<IterationResult> Rounds) Train(VectorCase @case, int threads = 1)
    {
        Parameters parameters = @case.Parameters.With([new("is_provide_training_metric", "true"), new("num_threads", threads.ToString())]);
        if (@case.Metrics.TryGetProperty("stop_metric", out JsonElement stop))
        {
            // The reference stops on one metric of one set: put it first and look at nothing else.
            string first = stop.GetString()!;
            parameters = parameters.With([
                new("metric", string.Join(',', parameters.Metric.OrderBy(metric => metric == first ? 0 : 1))),
                new("first_metric_only", "true")]);
        }

        using Dataset train = @case.TrainSet(out _, parameters);
        List<ValidSet> valid = @case.ValidSets(train);
        var rounds = new List<IterationResult>();
        if (parameters.EarlyStoppingRound == 0)
        {
            return (Booster.Train(parameters, train, valid, rounds.Add), rounds);
        }

        // Early stopping must not look at the test set: it is measured from the finished model's rounds instead.
        ValidSet test = valid.Single(set => set.Name == "test");
        Booster booster = Booster.Train(parameters, train, [.. valid.Where(set => set.Name != "test")], rounds.Add);
        var testRounds = new List<IterationResult>();
        Booster.Train(parameters.With([new("early_stopping_round", "0"), new("num_iterations", rounds.Count.ToString())]), train, [test], testRounds.Add);
        for (int i = 0; i < rounds.Count; i++)
        {
            rounds[i] = rounds[i] with { Metrics = [.. rounds[i].Metrics, .. testRounds[i].Metrics.Where(m => m.Set == "test")] };
        }

        return (booster, rounds);
    }
}
