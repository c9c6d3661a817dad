using FsCheck;
using FsCheck.Fluent;
using MlOps.Evaluation.Intervals;

namespace MlOps.Evaluation.Tests.Metrics;

public sealed class ClusterBootstrapTests
{
    [Theory]
    [InlineData(-1, 1, 1, 1, 0.25)] // Both draws the first: 1/4; one of each: 0, which is not below.
    [InlineData(-2, 1, 1, 1, 0.75)] // One of each is below as well.
    [InlineData(-1, 1, 1, 0.5, 0.75)] // A weight is taken along.
    [InlineData(-1, 1, 0.5, 1, 0.25)]
    [InlineData(-1, -1, 1, 1, 1)]
    [InlineData(1, 1, 1, 1, 0)]
    public void Of_two_clusters_one_is_drawn_twice_with_chance_a_quarter_each(double first, double second, double firstWeight, double secondWeight, double share) =>
        Assert.Equal(share, ClusterBootstrap.ShareBelow([first, second], [firstWeight, secondWeight], 0), 12);

    [Fact]
    public void One_cluster_has_no_spread() =>
        Assert.Equal((1, 0), (ClusterBootstrap.ShareBelow([-0.1], [1], 0), ClusterBootstrap.ShareBelow([-0.1], [1], -0.2)));

    [Fact]
    public void A_cluster_that_decides_alone_decides_unless_it_is_never_drawn()
    {
        for (var n = 1; n <= ClusterBootstrap.MostClusters; n++)
        {
            double[] values = [-1000, .. Enumerable.Repeat(1.0, n - 1)];
            Assert.Equal(1 - Math.Pow((n - 1.0) / n, n), ClusterBootstrap.ShareBelow(values, [.. values.Select(_ => 1.0)], 0), 12);
        }
    }

    [Fact]
    public void The_share_is_that_of_all_samples_with_replacement_counted_one_by_one() =>
        Prop.ForAll(
            Gen.Choose(1, 5).SelectMany(n => Gen.Choose(-9, 9).ArrayOf(n).SelectMany(v => Gen.Choose(1, 4).ArrayOf(n).Select(w => (v, w)))).ToArbitrary(),
            clusters =>
            {
                var (values, weights) = (Array.ConvertAll(clusters.v, v => (double)v), Array.ConvertAll(clusters.w, w => (double)w));
                var (n, all, below) = (values.Length, (int)Math.Pow(values.Length, values.Length), 0);
                for (var sample = 0; sample < all; sample++)
                {
                    var (rest, sum) = (sample, 0.0);
                    for (var draw = 0; draw < n; draw++, rest /= n)
                    {
                        sum += weights[rest % n] * (values[rest % n] - 0.5);
                    }

                    below += sum < 0 ? 1 : 0;
                }

                return Math.Abs(ClusterBootstrap.ShareBelow(values, weights, 0.5) - (below / (double)all)) < 1e-12;
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void More_clusters_than_can_be_counted_or_a_missing_weight_is_an_error()
    {
        Assert.Throws<ArgumentException>(() => ClusterBootstrap.ShareBelow(new double[9], [.. Enumerable.Repeat(1.0, 9)], 0));
        Assert.Throws<ArgumentException>(() => ClusterBootstrap.ShareBelow([1, 2], [1], 0));
        Assert.Throws<ArgumentException>(() => ClusterBootstrap.ShareBelow([1], [0], 0));
    }
}
