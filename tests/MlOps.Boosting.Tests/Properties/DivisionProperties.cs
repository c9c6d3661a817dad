using MlOps.Boosting.Binning;
using MlOps.Boosting.Data;
using MlOps.Boosting.Histograms;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Tests.Properties;

/// <summary>Dividing rows, and completing a leaf's histogram, give what their plain readings give.</summary>
public sealed unsafe class DivisionProperties
{
    [Fact]
    public void Sixteen_rows_at_a_time_are_divided_as_one_at_a_time()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int count = random.Next(1, 900);
            using Dataset data = MakeData(random, 1200, 3, 255);
            BinTile tile = data.Tiles[0];
            using var rows = new NativeBuffer<int>(count + (long)HistogramKernel.PrefetchDistance);
            int[] chosen = [.. Enumerable.Range(0, 1200).Where(_ => random.Next(1200) < count).Take(count)];
            chosen.CopyTo(rows.Span);
            using var sides = new NativeBuffer<byte>(256);
            int share = random.Next(101);
            for (int bin = 0; bin < 256; bin++)
            {
                sides.Pointer[bin] = (byte)(random.Next(100) < share ? 1 : 0);
            }

            int[] left = [.. chosen.Where(row => sides.Pointer[tile.Get(row, 1)] == 1)];
            int[] right = [.. chosen.Except(left)];
            using var leftRows = new NativeBuffer<int>(chosen.Length);
            using var rightRows = new NativeBuffer<int>(chosen.Length);
            using var bins = new NativeBuffer<byte>(1200);
            for (int row = 0; row < 1200; row++)
            {
                bins.Pointer[row] = (byte)tile.Get(row, 1);
            }

            foreach (bool byItself in (bool[])[false, true])
            {
                byte* column = byItself ? bins.Pointer : null;
                Assert.Equal(left.Length, PartitionKernel.Divide(tile, 1, column, rows.Pointer, chosen.Length, sides.Pointer, leftRows.Pointer, rightRows.Pointer));
                Assert.Equal(left, leftRows.Span[..left.Length].ToArray());
                Assert.Equal(right, rightRows.Span[..right.Length].ToArray());

                // In place, as the grower divides a small leaf.
                Assert.Equal(left.Length, PartitionKernel.Divide(tile, 1, column, rows.Pointer, chosen.Length, sides.Pointer, rows.Pointer, rightRows.Pointer));
                Assert.Equal(left, rows.Span[..left.Length].ToArray());
                Assert.Equal(right, rightRows.Span[..right.Length].ToArray());
                chosen.CopyTo(rows.Span);
            }
        }
    }

    [Fact]
    public void Columns_by_themselves_hold_the_bins_of_the_tiles()
    {
        using Dataset data = MakeData(new Random(1), 100_003, 11, 255);
        using var team = new Team(2);
        Assert.Null(BinColumns.Create(data.Tiles, 1000, team));
        using BinColumns columns = BinColumns.Create(data.Tiles, data.RowCount, team)!;
        for (int t = 0; t < data.Tiles.Length; t++)
        {
            for (int position = 0; position < data.Tiles[t].Width; position++)
            {
                byte* column = columns.Column(t, position);
                for (int row = 0; row < data.RowCount; row++)
                {
                    if (column[row] != data.Tiles[t].Get(row, position))
                    {
                        Assert.Fail($"Tile {t}, column {position}, row {row}.");
                    }
                }
            }
        }
    }

    [Fact]
    public void The_most_frequent_bins_of_four_features_come_out_as_one_by_one()
    {
        var random = new Random(4);
        MostFrequentBin* features = stackalloc MostFrequentBin[4];
        for (int i = 0; i < 200; i++)
        {
            var entries = new NativeBuffer<double>[4];
            var expected = new double[4][];
            for (int f = 0; f < 4; f++)
            {
                int bins = random.Next(2, 256);
                int most = random.Next(bins);
                entries[f] = new NativeBuffer<double>(2L * bins);
                (double g, double h) = (1.5, 300);
                for (int bin = 0; bin < bins; bin++)
                {
                    double* entry = entries[f].Pointer + (2 * bin);
                    (entry[0], entry[1]) = (random.NextDouble() - 0.5, random.NextDouble());
                    (g, h) = bin == most ? (g, h) : (g - entry[0], h - entry[1]);
                }

                expected[f] = entries[f].Span.ToArray();
                (expected[f][2 * most], expected[f][(2 * most) + 1]) = (g, h);
                features[f] = new MostFrequentBin(entries[f].Pointer, bins, most);
            }

            MostFrequentBin.FixFour(features, 1.5, 300);
            for (int f = 0; f < 4; f++)
            {
                Assert.Equal(expected[f], entries[f].Span.ToArray());
                MostFrequentBin.Fix(features[f], 1.5, 300);
                Assert.Equal(expected[f], entries[f].Span.ToArray());
                entries[f].Dispose();
            }
        }
    }

    private static Dataset MakeData(Random random, int rows, int features, int maxBin)
    {
        double[][] columns = [.. Enumerable.Range(0, features).Select(_ => Enumerable.Range(0, rows).Select(_ => Math.Round(random.NextDouble() * 900)).ToArray())];
        return Dataset.Create(
            columns, [.. Enumerable.Range(0, features).Select(f => $"f{f}")], new float[rows], Parameters.Parse([new("max_bin", $"{maxBin}"), new("num_threads", "1")]));
    }
}
