using System.Runtime.InteropServices;

namespace MlOps.Benchmarks.Boosting;

/// <summary>
/// The workload of the comparison: rows of normal numbers, a label from a nonlinear rule with noise. Written once as
/// plain little-endian doubles, feature after feature and the label last, so that every program reads the same bits.
/// </summary>
internal static class BoostingData
{
    public static void Write(string path, int rows, int features, int seed)
    {
        double[][] columns = Columns(rows, features, seed);
        Write(path, columns, Label(columns, seed));
    }

    /// <summary>Writes given columns and their label.</summary>
    public static void Write(string path, double[][] columns, double[] label)
    {
        using FileStream file = File.Create(path);
        foreach (double[] column in (double[][])[.. columns, label])
        {
            file.Write(MemoryMarshal.AsBytes(column.AsSpan()));
        }
    }

    public static (double[][] Columns, float[] Label) Read(string path, int rows, int features)
    {
        using FileStream file = File.OpenRead(path);
        var columns = new double[features + 1][];
        for (int c = 0; c < columns.Length; c++)
        {
            columns[c] = new double[rows];
            file.ReadExactly(MemoryMarshal.AsBytes(columns[c].AsSpan()));
        }

        return (columns[..features], Array.ConvertAll(columns[features], y => (float)y));
    }

    public static double[][] Columns(int rows, int features, int seed)
    {
        var columns = new double[features][];
        for (int f = 0; f < features; f++)
        {
            var random = new Random(seed + f);
            columns[f] = new double[rows];
            for (int i = 0; i < rows; i++)
            {
                double radius = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
                columns[f][i] = Math.Round(radius * Math.Cos(2 * Math.PI * random.NextDouble()), 6);
            }
        }

        return columns;
    }

    private static double[] Label(double[][] x, int seed)
    {
        var random = new Random(seed - 1);
        var label = new double[x[0].Length];
        for (int i = 0; i < label.Length; i++)
        {
            double score = x[0][i] + (x[1][i] * x[2][i]) + Math.Sin(2 * x[3][i]) + (x[4][i] > 0.5 ? x[5][i] : -x[6][i]) + (0.5 * x[7][i] * x[7][i]) - 0.5;
            label[i] = random.NextDouble() < 1 / (1 + Math.Exp(-score)) ? 1 : 0;
        }

        return label;
    }
}
