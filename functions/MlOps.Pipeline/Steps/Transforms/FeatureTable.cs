using MlOps.Pipeline.Artifacts;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>Features, and for training the label, as a stored table.</summary>
internal static class FeatureTable
{
    // A feature's name never holds a control character, so the label's cannot meet one.
    private const string Label = "\u0001label";

    public static Table Create(Transform transform, Table table, ReadOnlySpan<int> rows, double[]? labels, List<Finding>? findings = null)
    {
        var names = transform.FeatureNames();
        var columns = TransformApply.Apply(transform, table, rows, findings);
        var all = columns.Select((c, i) => new NumberColumn(names[i], c)).ToList();
        if (labels is not null)
        {
            all.Add(new NumberColumn(Label, labels));
        }

        return new Table(all, rowCount: rows.Length);
    }

    /// <summary>Features in order, label apart (empty where there is none).</summary>
    public static (string[] Names, double[][] Columns, float[] Label) Read(Table table)
    {
        var features = table.Columns.Where(c => c.Name != Label).Cast<NumberColumn>().ToArray();
        var label = table.Find(Label) is NumberColumn numbers ? Array.ConvertAll(numbers.Values, v => (float)v) : [];
        return (Array.ConvertAll(features, f => f.Name), Array.ConvertAll(features, f => f.Values), label);
    }
}
