using MlOps.Boosting.Data;
using MlOps.Boosting.Evaluation;
using MlOps.Boosting.Settings;
using MlOps.Boosting.Training;

namespace MlOps.Boosting.Tests.Data;

/// <summary>A binned set written, read and divided.</summary>
public sealed class DatasetFileTests
{
    private static readonly Parameters Settings = Parameters.Parse([
        new("objective", "binary"), new("num_iterations", "8"), new("num_leaves", "12"), new("min_data_in_leaf", "5"),
        new("max_bin_by_feature", "255,500,255,255,255"), new("min_data_in_bin", "1"), new("categorical_feature", "2"), new("num_threads", "1")]);

    [Fact]
    public void A_set_that_was_read_gives_the_same_model_and_the_same_bytes_again()
    {
        using Dataset written = Make(1000, 1, withWeights: true);
        byte[] file = FileOf(written);
        using Dataset read = Dataset.Load(new MemoryStream(file));
        Assert.Equal(file, FileOf(read));
        Assert.Equal(written.FeatureNames, read.FeatureNames);
        Assert.Equal(Booster.Train(Settings, written).SaveToString(), Booster.Train(Settings, read).SaveToString());
    }

    [Fact]
    public void Sets_read_from_two_files_fit_each_other_when_their_bins_do()
    {
        using Dataset train = Make(1000, 1);
        using Dataset valid = train.CreateValid(Columns(300, 2), Label(300, 2));
        using Dataset other = Make(1000, 3);
        using Dataset readTrain = Dataset.Load(new MemoryStream(FileOf(train)));
        using Dataset readValid = Dataset.Load(new MemoryStream(FileOf(valid)));
        Assert.Equal(Measured(train, valid), Measured(readTrain, readValid));
        Assert.Throws<BoostingDataException>(() => Measured(readTrain, other));
    }

    [Fact]
    public void A_changed_or_cut_file_is_refused()
    {
        using Dataset data = Make(300, 1);
        byte[] file = FileOf(data);
        var random = new Random(5);
        for (int i = 0; i < 400; i++)
        {
            byte[] damaged = [.. file];
            if (i % 2 == 0)
            {
                damaged[random.Next(i < 200 ? 400 : damaged.Length)] ^= (byte)(1 << random.Next(8));
            }
            else
            {
                damaged = damaged[..random.Next(damaged.Length)];
            }

            Assert.Throws<BoostingDataException>(() => Dataset.Load(new MemoryStream(damaged)).Dispose());
        }
    }

    [Fact]
    public void A_part_learns_what_a_set_of_its_rows_with_the_same_bins_learns()
    {
        double[][] columns = Columns(900, 1);
        float[] label = Label(900, 1);
        float[] weight = [.. Enumerable.Range(0, 900).Select(i => 1 + (i % 3))];
        double[] start = [.. Enumerable.Range(0, 900).Select(i => i % 5 / 10.0)];
        using Dataset whole = Dataset.Create(columns, Names, label, Settings, null, weight, start);
        int[] rows = [.. Enumerable.Range(0, 900).Where(i => i % 3 != 0)];
        using Dataset part = whole.Subset(rows);
        using Dataset same = whole.CreateValid(
            [.. columns.Select(column => rows.Select(row => column[row]).ToArray())], [.. rows.Select(row => label[row])], [.. rows.Select(row => weight[row])], [.. rows.Select(row => start[row])]);
        Assert.Equal(FileOf(same), FileOf(part));
        Assert.Equal(Booster.Train(Settings, same).SaveToString(), Booster.Train(Settings, part).SaveToString());
    }

    [Fact]
    public void A_part_keeps_whole_queries_and_refuses_to_tear_one()
    {
        Parameters ranking = Settings.With([new("objective", "lambdarank")]);
        using Dataset whole = Dataset.Create(Columns(60, 1), Names, Label(60, 1), ranking, null, null, null, [20, 30, 10]);
        using Dataset part = whole.Subset([.. Enumerable.Range(20, 40)]);
        Assert.Equal([0, 30, 40], part.Rows.QueryBoundaries);
        Assert.Throws<BoostingDataException>(() => whole.Subset([.. Enumerable.Range(20, 39)]));
        Assert.Throws<BoostingDataException>(() => whole.Subset([.. Enumerable.Range(1, 49)]));
    }

    [Fact]
    public void Rows_of_a_part_ascend_and_lie_within_the_set()
    {
        using Dataset whole = Make(50, 1);
        Assert.Throws<BoostingDataException>(() => whole.Subset([3, 2]));
        Assert.Throws<BoostingDataException>(() => whole.Subset([3, 3]));
        Assert.Throws<BoostingDataException>(() => whole.Subset([50]));
        Assert.Throws<BoostingDataException>(() => whole.Subset([]));
    }

    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    private static Dataset Make(int rows, int seed, bool withWeights = false) => Dataset.Create(
        Columns(rows, seed), Names, Label(rows, seed), Settings, null, withWeights ? [.. Enumerable.Range(0, rows).Select(i => 0.5f + (i % 4))] : null);

    private static byte[] FileOf(Dataset data)
    {
        using var file = new MemoryStream();
        data.Save(file);
        return file.ToArray();
    }

    private static List<double> Measured(Dataset train, Dataset valid)
    {
        var measured = new List<double>();
        Booster.Train(Settings, train, [new ValidSet("v", valid)], result => measured.AddRange(result.Metrics.Select(metric => metric.Value)));
        return measured;
    }

    // Plain numbers, more distinct values than bytes tell, categories, two columns that share one.
    private static double[][] Columns(int rows, int seed)
    {
        var random = new Random(seed);
        double[][] columns = [.. Enumerable.Range(0, 5).Select(_ => new double[rows])];
        for (int i = 0; i < rows; i++)
        {
            columns[0][i] = random.Next(10) == 0 ? double.NaN : Math.Round(random.NextDouble(), 2);
            columns[1][i] = random.NextDouble();
            columns[2][i] = random.Next(30);
            columns[3][i] = i % 20 == 0 ? 1 : 0;
            columns[4][i] = i % 20 == 1 ? 2 : 0;
        }

        return columns;
    }

    private static float[] Label(int rows, int seed)
    {
        var random = new Random(seed + 100);
        double[][] x = Columns(rows, seed);
        return [.. Enumerable.Range(0, rows).Select(i => x[1][i] + (x[2][i] % 3 * 0.3) + (random.NextDouble() * 0.5) > 0.9 ? 1f : 0f)];
    }
}
