using MlOps.Boosting.Binning;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Tests.Properties;

/// <summary>However a column is read, dense or by its few values, each row lands in the bin that the mapper names.</summary>
public sealed class BinFillerProperties
{
    [Fact]
    public void Every_row_is_in_the_bin_of_its_value()
    {
        for (int seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            int rows = random.Next(50, 9000);
            int features = random.Next(1, 12);
            FeatureColumn[] columns = [.. Enumerable.Range(0, features).Select(_ => Draw(random, rows))];
            Parameters parameters = Parameters.Parse([
                new("max_bin", $"{(random.Next(4) == 0 ? random.Next(256, 400) : random.Next(2, 256))}"), new("min_data_in_bin", "1"), new("min_data_in_leaf", "1"),
                new("zero_as_missing", random.Next(5) == 0 ? "true" : "false"), new("use_missing", random.Next(5) == 0 ? "false" : "true"),
                new("bin_construct_sample_cnt", random.Next(2) == 0 ? "40" : "200000"), new("num_threads", "2")]);
            using Dataset data = Dataset.Create(columns, [.. Enumerable.Range(0, features).Select(f => $"f{f}")], new float[rows], parameters);
            for (int used = 0; used < data.Used.Length; used++)
            {
                BinMapper mapper = data.UsedMappers[used];
                FeatureSlot slot = data.Layout.Slots[used];
                if (slot.IsShared)
                {
                    continue; // a later feature of the column may have overwritten it
                }

                for (int row = 0; row < rows; row++)
                {
                    Assert.Equal(mapper.ValueToBin(columns[data.Used[used]][row]), data.Tiles[slot.Tile].Get(row, slot.Position));
                }
            }
        }
    }

    [Fact]
    public void Columns_of_zeros_and_ones_that_exclude_each_other_share_a_column_without_loss()
    {
        var random = new Random(7);
        const int Rows = 6000;
        double[][] columns = [.. Enumerable.Range(0, 30).Select(_ => new double[Rows])];
        for (int row = 0; row < Rows; row++)
        {
            columns[random.Next(30)][row] = random.Next(9) == 0 ? double.NaN : 1;
        }

        using Dataset data = Dataset.Create(columns, [.. Enumerable.Range(0, 30).Select(f => $"f{f}")], new float[Rows], Parameters.Parse([new("min_data_in_leaf", "1")]));
        Assert.Contains(data.Layout.Slots, slot => slot.IsShared);
        for (int used = 0; used < data.Used.Length; used++)
        {
            BinMapper mapper = data.UsedMappers[used];
            FeatureSlot slot = data.Layout.Slots[used];
            for (int row = 0; row < Rows; row++)
            {
                int bin = mapper.ValueToBin(columns[data.Used[used]][row]);
                int stored = data.Tiles[slot.Tile].Get(row, slot.Position);
                Assert.Equal(!slot.IsShared || bin != mapper.MostFrequentBin, stored == slot.Start + bin);
            }
        }
    }

    // Doubles, floats or integers; dense, mostly zero or mostly one value; now and then missing.
    private static FeatureColumn Draw(Random random, int rows)
    {
        int zeros = random.Next(3) * 45;
        bool missing = random.Next(2) == 0;
        double Value() => random.Next(100) < zeros ? 0 : missing && random.Next(8) == 0 ? double.NaN : Math.Round((random.NextDouble() - 0.3) * 300) / (random.Next(2) + 1);
        return random.Next(4) switch
        {
            0 => (int[])[.. Enumerable.Range(0, rows).Select(_ => random.Next(100) < zeros ? 0 : random.Next(-3, 300))],
            1 => (float[])[.. Enumerable.Range(0, rows).Select(_ => (float)Value())],
            _ => (double[])[.. Enumerable.Range(0, rows).Select(_ => Value())],
        };
    }
}
