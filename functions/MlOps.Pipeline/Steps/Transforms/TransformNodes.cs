using MlOps.Learning.Onnx;
using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Transforms;

/// <summary>A fitted <see cref="Transform"/> as an ONNX graph: one input a column, and from them the features of <see cref="TransformApply"/>.</summary>
internal static class TransformNodes
{
    // Digits cannot be compared by value there, nor accents composed.
    private const string AsWritten = "The text exactly as the history has it: another spelling is a category that training never saw. Empty where it is missing.";

    /// <summary>Adds the inputs, then the nodes.</summary>
    /// <param name="transform">Fitted transform.</param>
    /// <param name="graph">An empty graph.</param>
    /// <param name="csv">How the files are written, for what counts as missing.</param>
    /// <returns>Value of the features, row by row.</returns>
    /// <exception cref="OnnxException">A column has no form in ONNX, or none has a feature.</exception>
    public static string AddTo(Transform transform, OnnxGraph graph, CsvFormat csv)
    {
        ColumnTransform[] used = [.. transform.Columns.Where(c => c.Features.Count > 0)];
        if (used.Length == 0)
        {
            throw new OnnxException("no column has a feature, so that there is nothing to feed");
        }

        foreach (var column in used)
        {
            graph.Input(
                column.Column,
                column.Encoding is ColumnEncoding.Number or ColumnEncoding.Date ? OnnxElement.Double : OnnxElement.Text,
                column.Encoding switch
                {
                    ColumnEncoding.Number => "A number; NaN where it is missing.",
                    ColumnEncoding.Date => "A time in seconds since 1970-01-01T00:00:00Z; NaN where it is missing.",
                    _ => AsWritten,
                });
        }

        string[] parts = [.. used.Select(column => column.Encoding switch
        {
            ColumnEncoding.Number => Number(transform, graph, column, Markers(csv, column)),
            ColumnEncoding.Date => DateNodes.AddTo(graph, column.Column, column.Features.Count, part => Filled(transform, graph, column.Column, part)),
            ColumnEncoding.Native => Native(graph, Codes(transform, graph, column, Markers(csv, column))),
            _ => OneHot(graph, column, Codes(transform, graph, column, Markers(csv, column))),
        })];
        return graph.AddWith("Concat", [OnnxGraph.Attribute("axis", 1)], parts);
    }

    // Cells that the reader takes for missing, the empty one among them.
    private static IReadOnlyList<string> Markers(CsvFormat csv, ColumnTransform column) =>
        ["", .. csv.Missing ?? CsvReadOptions.DefaultMissingMarkers, .. csv.Of(column.Column).Missing ?? []];

    private static string Number(Transform transform, OnnxGraph graph, ColumnTransform column, IReadOnlyList<string> markers)
    {
        var value = column.Column;
        foreach (var marker in markers)
        {
            if (NumberNotation.TryParsePlain(marker, out var number))
            {
                value = graph.Add("Where", graph.Add("Equal", value, graph.Constant(number)), graph.Constant(double.NaN), value);
            }
        }

        return Filled(transform, graph, value, value);
    }

    // What was made of a missing cell is replaced by what stands for it.
    private static string Filled(Transform transform, OnnxGraph graph, string cell, string made) => transform.MissingNative
        ? made
        : graph.Add("Where", graph.Add("IsNaN", cell), graph.Constant(transform.MissingNumber), made);

    // Index of each row's category, -1 for unseen ones.
    private static string Codes(Transform transform, OnnxGraph graph, ColumnTransform column, IReadOnlyList<string> markers)
    {
        var index = TransformApply.IndexOf(column);
        var missing = transform.MissingNative ? -1 : index.GetValueOrDefault(transform.MissingText, -1);
        foreach (var marker in markers)
        {
            index[marker] = missing;
        }

        var known = index.OrderBy(i => i.Key, StringComparer.Ordinal).ToList();
        return graph.AddLearning(
            "LabelEncoder",
            [OnnxGraph.Attribute("keys_strings", known.Select(i => i.Key)), OnnxGraph.Attribute("values_int64s", known.Select(i => (long)i.Value)), OnnxGraph.Attribute("default_int64", -1)],
            column.Column);
    }

    private static string Native(OnnxGraph graph, string codes)
    {
        var numbers = graph.AsDouble(codes);
        return graph.Add("Where", graph.Add("Less", numbers, graph.Constant(0)), graph.Constant(double.NaN), numbers);
    }

    private static string OneHot(OnnxGraph graph, ColumnTransform column, string codes)
    {
        long[] indices = [.. Enumerable.Range(column.Dropped, column.Features.Count).Select(i => (long)i)];
        return graph.AsDouble(graph.Add("Equal", codes, graph.Constant(OnnxTensors.Of(indices, 1, indices.Length))));
    }
}
