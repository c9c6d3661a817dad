namespace MlOps.Benchmarks.Boosting;

/// <summary>Tables that are mostly columns of zeros and ones: one column a category, as a pipeline's features are.</summary>
internal static class OneHotTables
{
    /// <summary>
    /// Like the features of a credit application: numbers, a third of them with missing values, and categorical columns of 2 to 40 values whose frequencies fall as 1/rank.
    /// The label, one in twelve, leans on both.
    /// </summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="numbers">Numeric features.</param>
    /// <param name="categories">Values of each categorical column, each of which is a feature.</param>
    /// <param name="seed">Seed.</param>
    public static (double[][] Columns, double[] Label) Make(int rows, int numbers, int[] categories, int seed)
    {
        double[][] columns = [.. BoostingData.Columns(rows, numbers, seed), .. Enumerable.Range(0, categories.Sum()).Select(_ => new double[rows])];
        var random = new Random(seed);
        var score = new double[rows];
        for (int f = 0; f < numbers; f++)
        {
            for (int i = 0; i < rows; i++)
            {
                score[i] += f < 8 ? columns[f][i] / (f + 2) : 0;
                if (f % 3 == 0 && random.Next(5) == 0)
                {
                    columns[f][i] = double.NaN;
                }
            }
        }

        int first = numbers;
        foreach (int count in categories)
        {
            double[] effects = [.. Enumerable.Range(0, count).Select(_ => 0.4 * (random.NextDouble() - 0.5))];
            double[] shares = [.. Enumerable.Range(0, count).Select(c => 1.0 / (c + 1))];
            double whole = shares.Sum();
            for (int i = 0; i < rows; i++)
            {
                double rest = random.NextDouble() * whole;
                int value = 0;
                while (value < count - 1 && (rest -= shares[value]) > 0)
                {
                    value++;
                }

                columns[first + value][i] = 1;
                score[i] += effects[value];
            }

            first += count;
        }

        return (columns, [.. score.Select(s => random.NextDouble() < 1 / (1 + Math.Exp(2.8 - s)) ? 1.0 : 0.0)]);
    }
}
