using System.Globalization;
using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>
/// The prediction file with types: the columns of <see cref="PredictionFile"/> under the same names, as Parquet. Ids are texts, as files
/// write them; row numbers and classes that are whole numbers are INT64, scores DOUBLE, to the bit those of the CSV; the footer tells what each column is for and the model's hash.
/// </summary>
internal static class PredictionTable
{
    public static void Write(
        Stream stream, PipelineDefinition definition, Column ids, double[] scores, EvaluateResult evaluation, RowReasons? reasons, string modelSha256)
    {
        var columns = Columns(definition, ids, scores, evaluation, reasons).ToList();
        ParquetFile.Write(stream, new Table([.. columns.Select(c => c.Column)]), new ParquetDetails
        {
            Columns = [.. columns.Select(c => c.Told)],
            Facts = new Dictionary<string, string> { ["mlops.model"] = modelSha256 },
        });
    }

    private static IEnumerable<(Column Column, ParquetColumn Told)> Columns(
        PipelineDefinition definition, Column ids, double[] scores, EvaluateResult evaluation, RowReasons? reasons)
    {
        var output = definition.Output;
        yield return (ids.Rename(output.Id), new ParquetColumn(output.Id) { Role = "id", Required = ids.MissingCount == 0, Whole = true });
        if (definition.Task == TaskKind.Regression)
        {
            yield return (new NumberColumn(output.Target, scores), new ParquetColumn(output.Target) { Role = "prediction", Required = true });
            yield return (new NumberColumn(output.Score, scores), new ParquetColumn(output.Score) { Role = "score", Required = true });
        }
        else
        {
            var multiclass = definition.Task == TaskKind.Multiclass;
            var (negative, positive) = multiclass ? ("", "") : PredictionFile.BinaryClasses(evaluation.Classes);
            string[] classes = multiclass ? [.. evaluation.Classes] : [negative, positive];
            var width = multiclass ? classes.Length : 1;
            var rows = scores.Length / width;
            var predicted = new int[rows];
            for (var row = 0; row < rows; row++)
            {
                predicted[row] = multiclass ? MulticlassMetrics.MostProbable(scores.AsSpan(row * width, width)) : scores[row] >= evaluation.Threshold ? 1 : 0;
            }

            yield return (Classes(output.Target, predicted, classes), new ParquetColumn(output.Target) { Role = "prediction", Required = true, Whole = true });
            yield return (
                new NumberColumn(output.Score, multiclass ? [.. predicted.Select((c, row) => scores[(row * width) + c])] : scores),
                new ParquetColumn(output.Score) { Role = "score", Required = true, Description = multiclass ? "Probability of the predicted class" : $"Probability of {positive}" });
            for (var c = 0; multiclass && c < width; c++)
            {
                var at = c;
                var name = $"{output.Score}_{classes[c]}";
                yield return (
                    new NumberColumn(name, [.. Enumerable.Range(0, rows).Select(row => scores[(row * width) + at])]),
                    new ParquetColumn(name) { Role = "score", Required = true, Description = $"Probability of {classes[c]}" });
            }
        }

        for (var rank = 0; rank < (reasons?.Count ?? 0); rank++)
        {
            var (name, at) = (PredictionFile.ReasonName(rank), rank);
            yield return (TextColumn.FromTexts(name, Enumerable.Range(0, ids.RowCount).Select(row => reasons!.Text(row, at))), new ParquetColumn(name) { Role = "reason" });
        }
    }

    // Classes that all are whole numbers as a program writes them are numbers; 01 and 1.0 are texts, or they would not be written back as they were.
    private static Column Classes(string name, int[] predicted, string[] classes)
    {
        var numbers = new double[classes.Length];
        for (var i = 0; i < classes.Length; i++)
        {
            if (!int.TryParse(classes[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) || number.ToString(CultureInfo.InvariantCulture) != classes[i])
            {
                return TextColumn.FromTexts(name, predicted.Select(p => classes[p]));
            }

            numbers[i] = number;
        }

        return new NumberColumn(name, [.. predicted.Select(p => numbers[p])]);
    }
}
