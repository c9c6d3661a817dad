using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>
/// The prediction file: UTF-8, comma, LF, numbers in their shortest exact form. Binary: id, class, probability of the positive one; the class as the label writes it.
/// Regression: id, value, value again as score. Multiclass: id, class, its probability, then the probability of every class.
/// Last, where the definition asks for them: the reasons. Ids and classes are written as they stand in the files, so that they can be joined; the reasons
/// are free text and guarded, so that a spreadsheet runs none of them as a formula.
/// </summary>
internal static class PredictionFile
{
    private const string ReasonColumn = "REASON_";

    public static void Write(Stream stream, PipelineDefinition definition, Column ids, double[] scores, EvaluateResult evaluation, RowReasons? reasons = null)
    {
        using var writer = new CsvWriter(stream);
        var output = definition.Output;
        var classes = definition.Task == TaskKind.Multiclass ? evaluation.Classes : [];
        var (negative, positive) = definition.Task == TaskKind.Binary ? BinaryClasses(evaluation.Classes) : ("", "");
        writer.WriteAsIs(output.Id);
        writer.WriteAsIs(output.Target);
        writer.WriteAsIs(output.Score);
        foreach (var name in classes)
        {
            writer.WriteAsIs($"{output.Score}_{name}");
        }

        for (var rank = 0; rank < (reasons?.Count ?? 0); rank++)
        {
            writer.Write(ReasonName(rank));
        }

        writer.EndRecord();
        for (var row = 0; row < ids.RowCount; row++)
        {
            writer.WriteAsIs(ids.Text(row)!);
            switch (definition.Task)
            {
                case TaskKind.Binary:
                    writer.WriteAsIs(scores[row] >= evaluation.Threshold ? positive : negative);
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

    /// <summary>Name of the column of a reason.</summary>
    /// <param name="rank">From 0, the strongest.</param>
    public static string ReasonName(int rank) => $"{ReasonColumn}{rank + 1}";

    private static void WriteClasses(CsvWriter writer, IReadOnlyList<string> classes, ReadOnlySpan<double> probabilities)
    {
        var best = MulticlassMetrics.MostProbable(probabilities);
        writer.WriteAsIs(classes[best]);
        writer.Write(probabilities[best]);
        foreach (var probability in probabilities)
        {
            writer.Write(probability);
        }
    }

    /// <summary>How the two classes are written: 0 and 1, or the label's own texts, the negative first.</summary>
    /// <param name="classes">Classes of the model.</param>
    public static (string Negative, string Positive) BinaryClasses(IReadOnlyList<string> classes) =>
        classes is [var negative, var positive] ? (negative, positive) : ("0", "1");
}
