using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>The prediction file: id, predicted class, score; UTF-8, comma, LF, scores in their shortest exact form.</summary>
internal static class PredictionFile
{
    public static void Write(Stream stream, OutputSettings output, Column ids, double[] scores, double threshold)
    {
        using var writer = new CsvWriter(stream);
        writer.Write(output.Id);
        writer.Write(output.Target);
        writer.Write(output.Score);
        writer.EndRecord();
        for (var row = 0; row < scores.Length; row++)
        {
            WriteId(writer, ids.Text(row)!);
            writer.Write(scores[row] >= threshold ? 1L : 0L);
            writer.Write(scores[row]);
            writer.EndRecord();
        }
    }

    // A whole number, also a negative one, is written as it stands; any other text is guarded against formulas.
    private static void WriteId(CsvWriter writer, string id)
    {
        if (long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number.ToString(CultureInfo.InvariantCulture) == id)
        {
            writer.Write(number);
        }
        else
        {
            writer.Write(id);
        }
    }
}
