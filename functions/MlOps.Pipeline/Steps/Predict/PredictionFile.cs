using System.Globalization;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Metrics;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>
/// The prediction file: UTF-8, comma, LF, numbers in their shortest exact form. Binary: id, class 0 or 1, probability of 1.
/// Regression: id, value, value again as score. Multiclass: id, class, its probability, then the probability of every class.
/// Last, where the definition asks for them: the reasons.
/// </summary>
internal static class PredictionFile
{
    private const string ReasonColumn = "REASON_";

    public static void Write(Stream stream, PipelineDefinition definition, Column ids, double[] scores, EvaluateResult evaluation, RowReasons? reasons = null)
    {
        using var writer = new CsvWriter(stream);
        var output = definition.Output;
        var classes = definition.Task == TaskKind.Multiclass ? evaluation.Classes : [];
        writer.Write(output.Id);
        writer.Write(output.Target);
        writer.Write(output.Score);
        foreach (var name in classes)
        {
            writer.Write($"{output.Score}_{name}");
        }

        for (var rank = 0; rank < (reasons?.Count ?? 0); rank++)
        {
            writer.Write($"{ReasonColumn}{rank + 1}");
        }

        writer.EndRecord();
        for (var row = 0; row < ids.RowCount; row++)
        {
            WriteId(writer, ids.Text(row)!);
            switch (definition.Task)
            {
                case TaskKind.Binary:
                    writer.Write(scores[row] >= evaluation.Threshold ? 1L : 0L);
                    writer.Write(scores[row]);
                    break;
                case TaskKind.Regression:
                    writer.Write(scores[row]);
                    writer.Write(scores[row]);
                    break;
                default:
                    WriteClasses(writer, classes, scores.AsSpan(row * classes.Count, classes.Count));
                    break;
            }

            for (var rank = 0; rank < (reasons?.Count ?? 0); rank++)
            {
                writer.Write(reasons!.Text(row, rank));
            }

            writer.EndRecord();
        }
    }

    private static void WriteClasses(CsvWriter writer, IReadOnlyList<string> classes, ReadOnlySpan<double> probabilities)
    {
        var best = MulticlassMetrics.MostProbable(probabilities);
        WriteId(writer, classes[best]);
        writer.Write(probabilities[best]);
        foreach (var probability in probabilities)
        {
            writer.Write(probability);
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
