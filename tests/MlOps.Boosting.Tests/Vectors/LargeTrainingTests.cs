using System.Security.Cryptography;
using System.Text;
using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Tests.Vectors;

/// <summary>
/// Enough rows that every thread gets work, leaves are divided together and columns are kept by themselves. The hashes
/// are of the trees that LightGBM 4 wrote for the same rows, from "Tree=0" to the line before "end of trees".
/// </summary>
public sealed class LargeTrainingTests
{
    private const int Rows = 70_000;
    private const int Features = 18;

    [Theory]
    [InlineData(1, "", "ab8f07f3c80d97d52eada512f4a5402efabffdf0c2f4ea78d8caf55cb8a6c2af")]
    [InlineData(2, "", "ab8f07f3c80d97d52eada512f4a5402efabffdf0c2f4ea78d8caf55cb8a6c2af")]
    [InlineData(8, "", "ab8f07f3c80d97d52eada512f4a5402efabffdf0c2f4ea78d8caf55cb8a6c2af")]
    [InlineData(1, "0.6", "86a88b73371467fbadad96ff4c60fc92c37360ed32635fb179d6df578d139ad1")]
    [InlineData(2, "0.6", "86a88b73371467fbadad96ff4c60fc92c37360ed32635fb179d6df578d139ad1")]
    public void Seventy_thousand_rows_give_LightGBMs_trees_on_any_number_of_threads(int threads, string baggingFraction, string sha256)
    {
        double[][] columns = [.. Enumerable.Range(0, Features).Select(f => Enumerable.Range(0, Rows).Select(row => (double)Scramble(row, f)).ToArray())];
        float[] label = [.. Enumerable.Range(0, Rows).Select(row => Label(columns, row))];
        Parameters parameters = Parameters.Parse([
            new("objective", "binary"), new("num_leaves", "31"), new("num_iterations", "15"), new("metric", "none"),
            new("num_threads", $"{threads}"), .. Bagging(baggingFraction)]);
        using Dataset data = Dataset.Create(columns, [.. Enumerable.Range(0, Features).Select(f => $"f{f}")], label, parameters);
        string text = Booster.Train(parameters, data).SaveToString();
        int start = text.IndexOf("Tree=0", StringComparison.Ordinal);
        int end = text.IndexOf("end of trees", StringComparison.Ordinal);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text[start..end]))));
    }

    private static KeyValuePair<string, string>[] Bagging(string fraction) =>
        fraction.Length == 0 ? [] : [new("bagging_fraction", fraction), new("bagging_freq", "1")];

    private static float Label(double[][] x, int row) =>
        x[0][row] + (x[2][row] > 500 ? x[1][row] : 1000 - x[1][row]) + (Scramble(row, 99) * 3 / 5) > 1300 ? 1 : 0;

    // Whole numbers from 0 to 999 that any language can make again.
    private static uint Scramble(int row, int feature)
    {
        uint value = unchecked(((uint)row * 2654435761u) + ((uint)feature * 2654447u) + 12345u);
        value ^= value >> 15;
        value = unchecked(value * 2246822519u);
        value ^= value >> 13;
        return value % 1000;
    }
}
