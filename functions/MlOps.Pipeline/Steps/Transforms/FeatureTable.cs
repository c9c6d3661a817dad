using MlOps.Pipeline.Artifacts;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>Features, and for training the label, as a stored table.</summary>
internal static class FeatureTable
{
    // A feature's name never holds a control character, so the label's cannot meet one.
    private const string Label = "\u0001label";

    /// <summary>Writes the features of some rows, one after the other: no two columns are held at once.</summary>
    public static void Write(Stream stream, Transform transform, Table table, int[] rows, double[]? labels, List<Finding>? findings = null)
    {
        var names = transform.FeatureNames();
        Table.Save(stream, rows.Length, names.Count + (labels is null ? 0 : 1), Columns());

        IEnumerable<Column> Columns()
        {
            var at = 0;
            foreach (var column in transform.Columns)
            {
                foreach (var feature in TransformApply.Of(transform, column, table, rows, findings))
                {
                    yield return new NumberColumn(names[at++], feature);
                }
            }

            if (labels is not null)
            {
                yield return new NumberColumn(Label, labels);
            }
        }
    }

    /// <summary>The labels (empty where there are none).</summary>
    public static float[] Labels(Table table) => table.Find(Label) is NumberColumn numbers ? Array.ConvertAll(numbers.Values, v => (float)v) : [];

    /// <summary>Features in order, label apart (empty where there is none).</summary>
    public static (string[] Names, double[][] Columns, float[] Label) Read(Table table)
    {
        var features = table.Columns.Where(c => c.Name != Label).Cast<NumberColumn>().ToArray();
        var label = Labels(table);
        return (Array.ConvertAll(features, f => f.Name), Array.ConvertAll(features, f => f.Values), label);
    }
}
