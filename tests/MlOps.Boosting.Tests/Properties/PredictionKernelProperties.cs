using MlOps.Boosting.Binning;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Tests.Properties;

/// <summary>Each kernel of batch prediction gives what its plain reading gives, in wide registers and in narrow ones.</summary>
public sealed unsafe class PredictionKernelProperties
{
    private const int Rows = PredictionKernel.BlockRows;

    [Fact]
    public void A_rank_is_the_number_of_thresholds_below_the_value()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            double[] thresholds = new double[PredictionKernel.Thresholds];
            Array.Fill(thresholds, double.PositiveInfinity);
            double[] used = [.. Enumerable.Range(0, random.Next(255)).Select(_ => Math.Round((random.NextDouble() - 0.5) * 100, 1)).Distinct().Order()];
            used.CopyTo(thresholds, 0);
            double[] values = [.. Enumerable.Range(0, Rows).Select(_ => Math.Round((random.NextDouble() - 0.5) * 110, 1))];
            (values[0], values[1], values[2]) = (double.NaN, double.PositiveInfinity, double.NegativeInfinity);
            var codes = new byte[Rows];
            var plain = new byte[Rows];
            fixed (double* t = thresholds, v = values)
            fixed (byte* c = codes, p = plain)
            {
                PredictionKernel.Rank(v, t, c);
                PredictionKernel.RankOneByOne(v, t, p);
            }

            Assert.Equal(values.Select(value => (byte)used.Count(threshold => threshold < value)), codes);
            Assert.Equal(codes, plain);
        }
    }

    [Fact]
    public void A_rank_among_few_thresholds_is_the_number_of_those_below_the_value()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            var random = new Random(seed);
            double[] used = [.. Enumerable.Range(0, random.Next(PredictionKernel.FewThresholds + 1)).Select(_ => Math.Round((random.NextDouble() - 0.5) * 4, 1)).Distinct().Order()];
            double[] values = [.. Enumerable.Range(0, Rows).Select(_ => Math.Round((random.NextDouble() - 0.5) * 5, 1))];
            (values[0], values[1], values[2]) = (double.NaN, double.PositiveInfinity, double.NegativeInfinity);
            var codes = new byte[Rows];
            var plain = new byte[Rows];
            fixed (double* t = (double[])[.. used, 0], v = values)
            fixed (byte* c = codes, p = plain)
            {
                PredictionKernel.RankFew(v, t, used.Length, c);
                PredictionKernel.RankFewOneByOne(v, t, used.Length, p);
            }

            Assert.Equal(values.Select(value => (byte)used.Count(threshold => threshold < value)), codes);
            Assert.Equal(codes, plain);
        }
    }

    [Theory]
    [InlineData(-1.0)]
    [InlineData(BinMapper.ZeroThreshold)]
    public void Missing_values_and_no_others_get_the_code_of_missing(double zero)
    {
        var random = new Random(1);
        double[] drawn = [double.NaN, 0, -0.0, 1e-36, -1e-36, BinMapper.ZeroThreshold, -1e-34, 1, double.NegativeInfinity];
        double[] values = [.. Enumerable.Range(0, Rows).Select(_ => drawn[random.Next(drawn.Length)])];
        var codes = new byte[Rows];
        var shifted = new byte[Rows];
        double[] without = [.. values];
        fixed (double* v = values, w = without)
        fixed (byte* c = codes, s = shifted)
        {
            PredictionKernel.MarkMissing(v, zero, 255, c);
            PredictionKernel.Shift(c, s);
            PredictionKernel.NaNToZero(w);
        }

        Assert.Equal(values.Select(value => double.IsNaN(value) || Math.Abs(value) <= zero ? (byte)255 : (byte)0), codes);
        Assert.Equal(codes.Select(code => (byte)(code + 1)), shifted);
        Assert.Equal(values.Select(value => double.IsNaN(value) ? 0 : value), without);
    }

    [Fact]
    public void Values_that_are_not_zero_are_found_wherever_they_stand()
    {
        var random = new Random(2);
        double[] drawn = [0, 0, 0, -0.0, 1e-36, double.NaN, 2e-35, -1, double.PositiveInfinity];
        for (int length = 0; length < 70; length++)
        {
            double[] values = [.. Enumerable.Range(0, length).Select(_ => drawn[random.Next(drawn.Length)])];
            var positions = new int[length];
            int count = NonZeroKernel.Find(values, positions);
            Assert.Equal(Enumerable.Range(0, length).Where(i => double.IsNaN(values[i]) || Math.Abs(values[i]) > BinMapper.ZeroThreshold), positions.Take(count));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(256)]
    public void Rows_end_in_the_leaf_that_a_walk_leads_to_and_get_its_value(int leaves)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            CompiledNode[] nodes = MakeTree(random, leaves);
            byte[] codes = new byte[5 * Rows];
            random.NextBytes(codes);
            using var masks = new NativeBuffer<byte>((2L * leaves * Rows) + Rows);
            using var found = new NativeBuffer<byte>(Rows);
            using var narrow = new NativeBuffer<byte>(Rows);
            fixed (CompiledNode* n = nodes)
            fixed (byte* c = codes)
            {
                PredictionKernel.FindLeaves(n, leaves - 1, c, masks.Pointer, found.Pointer);
                PredictionKernel.FindLeavesNarrow(n, leaves - 1, c, masks.Pointer, narrow.Pointer);
                PredictionKernel.FindLeavesNarrow(n, leaves - 1, c + 32, masks.Pointer + 32, narrow.Pointer + 32);
            }

            byte[] walked = [.. Enumerable.Range(0, Rows).Select(row => Walk(nodes, leaves, codes, row))];
            Assert.Equal(walked, found.Span.ToArray());
            Assert.Equal(walked, narrow.Span.ToArray());
            AssertValuesAreAdded(random, leaves, found);
        }
    }

    private static void AssertValuesAreAdded(Random random, int leaves, NativeBuffer<byte> found)
    {
        using var values = new NativeBuffer<double>(Math.Max(32, leaves));
        using var scores = new NativeBuffer<double>(Rows);
        using var plain = new NativeBuffer<double>(Rows);
        for (int i = 0; i < leaves; i++)
        {
            values.Pointer[i] = random.NextDouble() - 0.5;
        }

        for (int i = 0; i < Rows; i++)
        {
            scores.Pointer[i] = random.NextDouble();
        }

        scores.Span.CopyTo(plain.Span);
        PredictionKernel.AddLeafValues(found.Pointer, values.Pointer, leaves, scores.Pointer);
        PredictionKernel.AddLeafValuesOneByOne(found.Pointer, values.Pointer, plain.Pointer);
        Assert.Equal(plain.Span.ToArray(), scores.Span.ToArray());
    }

    // Any leaf is divided next: chains and bushes alike. Masks are those of the nodes, then those of the leaves.
    private static CompiledNode[] MakeTree(Random random, int leaves)
    {
        int nodes = leaves - 1;
        var children = new List<(int Left, int Right)>();
        var ends = new List<(int Node, bool IsLeft)> { (-1, false) };
        for (int node = 0; node < nodes; node++)
        {
            int end = random.Next(ends.Count);
            Attach(children, ends[end], node);
            ends.RemoveAt(end);
            children.Add((0, 0));
            ends.Add((node, true));
            ends.Add((node, false));
        }

        for (int leaf = 0; leaf < ends.Count; leaf++)
        {
            Attach(children, ends[leaf], nodes + leaf);
        }

        return [.. children.Select(child => new CompiledNode(Rows * random.Next(5), Rows * child.Left, Rows * child.Right, random.Next(256))), default];
    }

    private static void Attach(List<(int Left, int Right)> children, (int Node, bool IsLeft) end, int child)
    {
        if (end.Node >= 0)
        {
            children[end.Node] = end.IsLeft ? (child, children[end.Node].Right) : (children[end.Node].Left, child);
        }
    }

    private static byte Walk(CompiledNode[] nodes, int leaves, byte[] codes, int row)
    {
        int at = 0;
        while (at < leaves - 1)
        {
            CompiledNode node = nodes[at];
            at = (codes[node.Codes + row] <= node.Limit ? node.Left : node.Right) / Rows;
        }

        return (byte)(at - (leaves - 1));
    }
}
