using MlOps.Learning.Onnx;

namespace MlOps.Learning.MlNet;

/// <summary>The raw score of one output as a sum over features.</summary>
/// <param name="Constant">What every row has.</param>
internal abstract record AdditivePart(double Constant)
{
    /// <summary>What a feature adds.</summary>
    public abstract double Of(int feature, float value);

    /// <summary>Adds the sum over the features, without the constant, to an ONNX graph.</summary>
    public abstract string AddTo(OnnxGraph graph, string features);
}

/// <summary>A weight a feature.</summary>
/// <param name="Weights">Weights.</param>
/// <param name="Constant">Bias.</param>
internal sealed record LinearPart(double[] Weights, double Constant) : AdditivePart(Constant)
{
    public override double Of(int feature, float value) => Weights[feature] * value;

    public override string AddTo(OnnxGraph graph, string features) =>
        graph.Add("MatMul", features, graph.Constant(OnnxTensors.Of(Weights, Weights.Length, 1)));
}

/// <summary>Steps of a feature; a feature that was the same in all rows has none.</summary>
/// <param name="ShapeOf">Number of the steps of a feature.</param>
/// <param name="Bounds">Largest value of each step but the last, which has no end, ascending.</param>
/// <param name="Effects">What a value within it adds.</param>
/// <param name="Constant">Bias.</param>
internal sealed record StepPart(IReadOnlyDictionary<int, int> ShapeOf, double[][] Bounds, double[][] Effects, double Constant) : AdditivePart(Constant)
{
    public override double Of(int feature, float value) => ShapeOf.TryGetValue(feature, out var at) ? Effects[at][Bin(Bounds[at], value)] : 0;

    public override string AddTo(OnnxGraph graph, string features)
    {
        var trees = new OnnxTrees(1);
        foreach (var (feature, at) in ShapeOf.OrderBy(shape => shape.Key))
        {
            var steps = Bounds[at].Length;
            if (steps == 1)
            {
                trees.AddConstant(0, Effects[at][0]);
                continue;
            }

            AddSteps(trees, feature, Bounds[at], Effects[at]);
        }

        return trees.AddTo(graph, features);
    }

    // A balanced tree: the nodes of a range of steps lie one behind the other, its own first and those of its lower half next.
    private static void AddSteps(OnnxTrees trees, int feature, double[] bounds, double[] effects)
    {
        var first = trees.BeginTree();
        Add(0, bounds.Length, first);

        void Add(int start, int end, int place)
        {
            var middle = (start + end) / 2;
            (long At, bool IsLeaf) Side(int from, int to, int at) => to - from == 1 ? trees.AddLeaf(0, effects[from]) : (at, false);
            var lowerNodes = middle - start - 1;
            trees.AddNode(feature, bounds[middle - 1], false, Side(start, middle, place + 1), Side(middle, end, place + 1 + lowerNodes));
            if (middle - start > 1)
            {
                Add(start, middle, place + 1);
            }

            if (end - middle > 1)
            {
                Add(middle, end, place + 1 + lowerNodes);
            }
        }
    }

    private static int Bin(double[] bounds, double value)
    {
        var at = Array.BinarySearch(bounds, value);
        return Math.Min(at < 0 ? ~at : at, bounds.Length - 1);
    }
}
