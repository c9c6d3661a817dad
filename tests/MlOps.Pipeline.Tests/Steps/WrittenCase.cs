using System.Globalization;
using System.Text;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Tabular;

namespace MlOps.Pipeline.Tests.Steps;

/// <summary>Rows whose label follows from one column, made so that a test can write that column as it likes; deterministic.</summary>
internal static class WrittenCase
{
    public const string Model = "model: {num_leaves: 7, num_iterations: 40, learning_rate: 0.15, min_data_in_leaf: 5}\n";

    /// <summary>A CSV with a header.</summary>
    /// <param name="header">Names.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="row">Cells of a row, by its number and three numbers in [0, 1).</param>
    /// <param name="delimiter">Delimiter.</param>
    public static string Csv(string header, int rows, Func<int, double[], IEnumerable<object>> row, char delimiter = ',')
    {
        var text = new StringBuilder(header.Replace(',', delimiter)).Append('\n');
        ulong state = 12345;
        double Next()
        {
            state = (state * 6364136223846793005UL) + 1442695040888963407UL;
            return (state >> 11) / (double)(1UL << 53);
        }

        for (var i = 0; i < rows; i++)
        {
            text.AppendJoin(delimiter, row(i, [Next(), Next(), Next()]).Select(c => Cell(Convert.ToString(c, CultureInfo.InvariantCulture)!, delimiter))).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Records of the prediction file, header first, as they stand there.</summary>
    public static async Task<string[][]> PredictionsAsync(this TestPipeline pipeline, PredictResult predict)
    {
        var text = await pipeline.ReadAsync(predict.RequireKey(), "predictions.csv");
        return [.. CsvFile.ReadRecords(new MemoryStream(Encoding.UTF8.GetBytes(text)), new CsvReadOptions { Delimiter = ',', Quote = '"' })];
    }

    private static string Cell(string text, char delimiter) => text.Contains(delimiter, StringComparison.Ordinal) ? $"\"{text}\"" : text;
}
