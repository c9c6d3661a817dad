using MlOps.Learning.Learners;
using MlOps.Learning.Onnx;

namespace MlOps.Learning.MlNet;

/// <summary>An additive model of ML.NET as nodes of an ONNX graph: sums in double precision of what ML.NET sums in single.</summary>
internal static class AdditiveNodes
{
    /// <summary>Adds the nodes.</summary>
    /// <param name="graph">Graph.</param>
    /// <param name="features">Value of the features, row by row, NaN where they are missing.</param>
    /// <param name="preparation">What is done to features first.</param>
    /// <param name="insight">The model.</param>
    /// <param name="task">What it learned.</param>
    /// <returns>Value of the scores, row by row.</returns>
    public static string AddTo(OnnxGraph graph, string features, Preparation preparation, ModelInsight insight, LearningTask task)
    {
        var prepared = Prepared(graph, features, preparation);
        string[] parts = [.. insight.Parts.Select(part => graph.Add("Add", part.AddTo(graph, prepared), graph.Constant(part.Constant)))];
        var raw = parts.Length == 1 ? parts[0] : graph.AddWith("Concat", [OnnxGraph.Attribute("axis", 1)], parts);
        var scaled = graph.Add("Add", graph.Add("Mul", raw, graph.Constant(insight.Slope)), graph.Constant(insight.Offset));
        return task switch
        {
            LearningTask.Binary => graph.Add("Sigmoid", scaled),
            LearningTask.Multiclass => graph.AddWith("Softmax", [OnnxGraph.Attribute("axis", 1)], scaled),
            _ => scaled,
        };
    }

    // ML.NET sees single precision.
    private static string Prepared(OnnxGraph graph, string features, Preparation preparation)
    {
        if (preparation.Means is { } means)
        {
            var row = graph.Constant(OnnxTensors.Of([.. means], 1, means.Count));
            features = graph.Add("Where", graph.Add("IsNaN", features), row, features);
            features = preparation.Scales is { } scales
                ? graph.Add("Div", graph.Add("Sub", features, row), graph.Constant(OnnxTensors.Of([.. scales], 1, scales.Count)))
                : features;
        }

        return graph.Rounded(features);
    }
}
