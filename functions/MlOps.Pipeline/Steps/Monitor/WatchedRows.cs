using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Rows with their scores.</summary>
/// <param name="Name"><c>test</c> or <c>period</c>.</param>
/// <param name="Table">Table that the rows are of.</param>
/// <param name="Rows">Rows in the table.</param>
/// <param name="Scores">Scores of these rows, in their order, all classes of a row together.</param>
/// <param name="Labels">Labels of these rows; <see langword="null"/> where they are not to be looked at.</param>
internal sealed record WatchedRows(string Name, Table Table, int[] Rows, double[] Scores, double[]? Labels)
{
    /// <summary>The scores of one class.</summary>
    public ColumnSample ScoreSample(string name, int index, int width) => ScoreSample(name, Scores, index, width);

    /// <summary>The scores of one class among those of all classes of each row.</summary>
    public static ColumnSample ScoreSample(string name, double[] scores, int index, int width)
    {
        var values = new double[scores.Length / width];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = scores[(i * width) + index];
        }

        return ColumnSample.OfNumbers(name, values, StepContext.AllRows(values.Length));
    }
}
