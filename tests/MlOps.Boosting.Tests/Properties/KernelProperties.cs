using System.Runtime.Intrinsics;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Data;
using MlOps.Boosting.Histograms;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Tests.Properties;

/// <summary>Each fast kernel gives what its plain reading gives, bit by bit, on random input.</summary>
public sealed unsafe class KernelProperties
{
    [Theory]
    [InlineData(7, 200)]
    [InlineData(8, 255)]
    [InlineData(3, 255)]
    [InlineData(9, 40)]
    [InlineData(4, 700)]
    public void Parent_minus_child_is_the_histogram_of_the_other_child(int features, int maxBin)
    {
        for (int seed = 0; seed < 5; seed++)
        {
            var random = new Random(seed);
            int rows = random.Next(1000, 4000);
            using Dataset data = MakeData(random, rows, features, maxBin);

            // Quarters add exactly, so that every order of summation gives the same bits.
            using var pairs = new NativeBuffer<float>(2L * rows);
            for (int i = 0; i < 2 * rows; i++)
            {
                pairs.Pointer[i] = random.Next(-40, 40) / 4f;
            }

            int[] all = [.. Enumerable.Range(0, rows)];
            int[] left = [.. all.Where(_ => random.Next(3) == 0)];
            int[] right = [.. all.Except(left)];
            using NativeBuffer<double> parent = Histogram(data, null, rows, pairs);
            using NativeBuffer<double> child = Histogram(data, left, left.Length, pairs);
            using NativeBuffer<double> sibling = Histogram(data, right, right.Length, pairs);
            using NativeBuffer<double> listed = Histogram(data, all, rows, pairs);
            Assert.True(parent.Span.SequenceEqual(listed.Span));
            Assert.True(parent.Span.SequenceEqual(Plain(data, pairs.Pointer)));
            HistogramSubtraction.Subtract(parent.Pointer, child.Pointer, data.Layout.HistogramEntries);
            Assert.True(parent.Span.SequenceEqual(sibling.Span));
        }
    }

    [Fact]
    public void The_fast_split_search_finds_what_the_plain_one_finds()
    {
        for (int seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            Parameters parameters = Parameters.Parse([
                new("min_data_in_leaf", $"{random.Next(1, 30)}"), new("lambda_l2", $"{random.Next(3)}"), new("min_gain_to_split", random.Next(4) == 0 ? "0.5" : "0"),
                new("min_sum_hessian_in_leaf", random.Next(3) == 0 ? "3" : "0.001")]);
            var settings = new SplitSettings(parameters);
            Assert.True(PlainSplitKernel.Fits(settings));
            FeatureMeta meta = MakeMeta(random, parameters);
            using var smaller = new NativeBuffer<double>(2L * meta.NumBins);
            using var parent = new NativeBuffer<double>(2L * meta.NumBins);
            LeafSums small = Fill(random, smaller.Pointer, meta.NumBins);
            LeafSums large = Fill(random, parent.Pointer, meta.NumBins);
            using var kernel = new PlainSplitKernel(settings, meta.NumBins);
            var fast = new SplitCandidate();
            var plain = new SplitCandidate();
            kernel.Start(small, large);
            Assert.Equal(NumericSplitter.Find(meta, smaller.Pointer, small, settings, plain), kernel.Find(meta, smaller.Pointer, false, double.NegativeInfinity, fast));
            AssertSame(plain, fast);
            if (!PlainSplitKernel.IsScannedOnce(meta))
            {
                continue;
            }

            // The parent holds both children's rows; the search of both subtracts first.
            for (int i = 0; i < 2 * meta.NumBins; i++)
            {
                parent.Pointer[i] += smaller.Pointer[i];
            }

            using var difference = new NativeBuffer<double>(2L * meta.NumBins);
            parent.Span.CopyTo(difference.Span);
            HistogramSubtraction.Subtract(difference.Pointer, smaller.Pointer, meta.NumBins);
            var otherFast = new SplitCandidate();
            var otherPlain = new SplitCandidate();
            bool splits = NumericSplitter.Find(meta, difference.Pointer, large, settings, otherPlain);
            fast.Reset();
            Assert.Equal(splits, kernel.FindBoth(meta, smaller.Pointer, parent.Pointer, double.NegativeInfinity, double.NegativeInfinity, fast, otherFast).Larger);
            AssertSame(plain, fast);
            AssertSame(otherPlain, otherFast);
            Assert.True(difference.Span.SequenceEqual(parent.Span));
        }
    }

    [Fact]
    public void Sums_on_the_way_through_a_tile_are_those_of_the_rows_in_order()
    {
        var random = new Random(3);
        for (int features = 1; features <= 8; features++)
        {
            using Dataset data = MakeData(random, 777, features, 63);
            BinTile tile = data.Tiles[0];
            using var pairs = new NativeBuffer<float>(2L * 777);
            for (int i = 0; i < 2 * 777; i++)
            {
                pairs.Pointer[i] = (float)(random.NextDouble() - 0.5);
            }

            using NativeBuffer<double> expected = Histogram(data, null, 777, pairs);
            using var histogram = new NativeBuffer<double>(expected.Length);
            Assert.Equal(RootSums.Of(null, 777, pairs.Pointer), HistogramKernel.BuildAndSum(tile, 777, pairs.Pointer, histogram.Pointer));
            int length = 2 * tile.HistogramEntries;
            Assert.True(expected.Span[..length].SequenceEqual(histogram.Span[..length]));
        }
    }

    [Fact]
    public void Wide_and_narrow_registers_give_the_same_exponential()
    {
        var random = new Random(1);
        for (int i = 0; i < 20000; i++)
        {
            double[] x = [.. Enumerable.Range(0, 8).Select(_ => (random.NextDouble() - 0.5) * (i % 7 == 0 ? 1600 : 40))];
            Vector512<double> wide = ExpKernel.Exp(Vector512.Create(x));
            Assert.Equal(wide, Vector512.Create(ExpKernel.Exp(Vector256.Create(x.AsSpan(0, 4))), ExpKernel.Exp(Vector256.Create(x.AsSpan(4, 4)))));
            if (Math.Abs(x[0]) < 600)
            {
                Assert.Equal(Math.Exp(x[0]), wide[0], Math.Exp(x[0]) * 1e-15);
            }
        }
    }

    private static void AssertSame(SplitCandidate expected, SplitCandidate actual)
    {
        Assert.Equal(expected.Gain, actual.Gain);
        if (double.IsNegativeInfinity(expected.Gain))
        {
            return;
        }

        Assert.Equal(expected.Threshold, actual.Threshold);
        Assert.Equal(expected.DefaultLeft, actual.DefaultLeft);
        Assert.Equal((expected.LeftG, expected.LeftH, expected.LeftOutput), (actual.LeftG, actual.LeftH, actual.LeftOutput));
        Assert.Equal((expected.RightG, expected.RightH, expected.RightOutput), (actual.RightG, actual.RightH, actual.RightOutput));
    }

    private static FeatureMeta MakeMeta(Random random, Parameters parameters)
    {
        // Features of two bins, as one-hot columns are, have a way of their own.
        int bins = random.Next(3) == 0 ? random.Next(2, 4) : random.Next(2, 256);
        int most = random.Next(3) == 0 ? random.Next(bins) : 0;
        var mapper = new BinMapper
        {
            NumBins = bins,
            Missing = (MissingKind)random.Next(3),
            UpperBounds = [.. Enumerable.Range(0, bins).Select(bin => (double)bin)],
            DefaultBin = random.Next(2) == 0 ? most : random.Next(bins),
            MostFrequentBin = most,
        };
        return new FeatureMeta(mapper, 0, 0, 0, 0, parameters);
    }

    private static LeafSums Fill(Random random, double* histogram, int bins)
    {
        double g = 0;
        double h = 0;
        double rows = 0;
        double drift = random.NextDouble() - 0.5;
        for (int bin = 0; bin < bins; bin++)
        {
            int count = random.Next(4) == 0 ? 0 : random.Next(1, 40);
            histogram[2 * bin] = count * ((float)(random.NextDouble() - 0.5) + (drift * bin / bins));
            histogram[(2 * bin) + 1] = count * 0.25;
            g += histogram[2 * bin];
            h += histogram[(2 * bin) + 1];
            rows += count;
        }

        return new LeafSums(g, h, (int)rows, 0, double.NegativeInfinity, double.PositiveInfinity);
    }

    private static Dataset MakeData(Random random, int rows, int features, int maxBin)
    {
        double[][] columns = [.. Enumerable.Range(0, features).Select(_ => Enumerable.Range(0, rows).Select(_ => Math.Round(random.NextDouble() * 900)).ToArray())];
        return Dataset.Create(
            columns, [.. Enumerable.Range(0, features).Select(f => $"f{f}")], new float[rows], Parameters.Parse([new("max_bin", $"{maxBin}"), new("num_threads", "1")]));
    }

    private static NativeBuffer<double> Histogram(Dataset data, int[]? rows, int count, NativeBuffer<float> pairs)
    {
        var histogram = new NativeBuffer<double>(2L * data.Layout.HistogramEntries);
        using var list = new NativeBuffer<int>(count + (long)HistogramKernel.PrefetchDistance);
        using var gathered = new NativeBuffer<float>(2L * count);
        rows?.CopyTo(list.Span);
        if (rows is not null)
        {
            HistogramKernel.Gather(list.Pointer, count, pairs.Pointer, gathered.Pointer);
        }

        foreach (BinTile tile in data.Tiles)
        {
            HistogramKernel.Build(tile, rows is null ? null : list.Pointer, count, rows is null ? pairs.Pointer : gathered.Pointer, histogram.Pointer);
        }

        return histogram;
    }

    private static double[] Plain(Dataset data, float* pairs)
    {
        var histogram = new double[2 * data.Layout.HistogramEntries];
        foreach (BinTile tile in data.Tiles)
        {
            for (int row = 0; row < data.RowCount; row++)
            {
                for (int c = 0; c < tile.Width; c++)
                {
                    int entry = tile.HistogramStarts[c] + tile.Get(row, c);
                    histogram[2 * entry] += pairs[2 * row];
                    histogram[(2 * entry) + 1] += pairs[(2 * row) + 1];
                }
            }
        }

        return histogram;
    }
}
