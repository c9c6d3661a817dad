using FsCheck;
using FsCheck.Fluent;
using MlOps.Evaluation.Drift;
using MlOps.Evaluation.Intervals;
using MlOps.Evaluation.Metrics;
using static MlOps.Evaluation.Tests.Metrics.VectorFile;

namespace MlOps.Evaluation.Tests.Metrics;

public sealed class ResampledDifferencesTests
{
    [Fact]
    public void Differences_on_every_index_list_are_those_of_the_reference()
    {
        foreach (var name in Names("paired_bootstrap.json"))
        {
            var test = Case("paired_bootstrap.json", name);
            var inputs = test.GetProperty("inputs");
            var y = Numbers(inputs.GetProperty("y"));
            var (a, b) = (Numbers(inputs.GetProperty("proba_a")), Numbers(inputs.GetProperty("proba_b")));
            var resamples = inputs.GetProperty("index_lists").EnumerateArray().Select(list => Counts(Numbers(list), y.Length)).ToArray();
            var auc = ResampledDifferences.AucDifferences(y, a, b, resamples);
            var loss = ResampledDifferences.MeanDifferences(Losses(y, a), Losses(y, b), resamples);

            foreach (var (metric, actual) in new[] { ("auc", auc), ("log_loss", loss) })
            {
                var expected = test.GetProperty("expected").GetProperty(metric);
                var differences = Numbers(expected.GetProperty("resample_differences"));
                for (var i = 0; i < differences.Length; i++)
                {
                    Near(differences[i], actual[i], $"{metric} {i}");
                }

                var interval = Numbers(expected.GetProperty("percentile_ci95"));
                Near(interval[0], NumericBins.Quantile([.. actual.Order()], 0.025), metric + " lower");
                Near(interval[1], NumericBins.Quantile([.. actual.Order()], 0.975), metric + " upper");
            }
        }
    }

    [Fact]
    public void A_resample_draws_as_many_rows_as_there_are_and_is_the_same_for_the_same_seed() =>
        Prop.ForAll(Gen.Choose(1, 300).ToArbitrary(), rows =>
        {
            var first = ResampledDifferences.Resamples(rows, 3, 7).ToArray();
            var second = ResampledDifferences.Resamples(rows, 3, 7).ToArray();
            return first.All(r => r.Sum() == rows) && first.Zip(second).All(p => p.First.SequenceEqual(p.Second));
        }).QuickCheckThrowOnFailure();

    private static int[] Counts(double[] indices, int rows)
    {
        var counts = new int[rows];
        foreach (var index in indices)
        {
            counts[(int)index]++;
        }

        return counts;
    }

    private static double[] Losses(double[] y, double[] p) => [.. y.Zip(p, (label, score) => BinaryMetrics.LogLoss([label], [score]))];
}
