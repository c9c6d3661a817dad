using MlOps.Boosting;
using MlOps.Boosting.Binning;
using MlOps.Boosting.ModelText;
using MlOps.Boosting.Objectives;
using MlOps.Boosting.Trees;
using MlOps.Learning.Onnx;

namespace MlOps.Learning.Boosted;

/// <summary>A booster as nodes of an ONNX graph: the same comparisons of the same doubles, the same sum, the objective's function behind it.</summary>
internal static class BoosterNodes
{
    /// <summary>Adds the nodes.</summary>
    /// <param name="booster">Model.</param>
    /// <param name="graph">Graph.</param>
    /// <param name="features">Value of the features, row by row, NaN where they are missing.</param>
    /// <returns>Value of the scores, row by row.</returns>
    public static string AddTo(Booster booster, OnnxGraph graph, string features)
    {
        var model = booster.Model;
        var inputs = new FeatureInputs(graph, features, booster.FeatureCount, model.Trees);
        var trees = new OnnxTrees(booster.NumberOfClasses);
        for (var t = 0; t < model.Trees.Count; t++)
        {
            Add(model.Trees[t], t % booster.NumberOfClasses, inputs, trees);
        }

        var scores = trees.AddTo(graph, inputs.Value);
        if (model.AveragesOutput && booster.NumberOfIterations > 0)
        {
            scores = graph.Add("Div", scores, graph.Constant(booster.NumberOfIterations));
        }

        return Converted(model, graph, scores);
    }

    private static void Add(Tree tree, int target, FeatureInputs inputs, OnnxTrees trees)
    {
        if (tree.NumNodes == 0)
        {
            trees.AddConstant(target, tree.LeafValue[0]);
            return;
        }

        var leaves = new (long At, bool IsLeaf)[tree.NumLeaves];
        for (var leaf = 0; leaf < leaves.Length; leaf++)
        {
            leaves[leaf] = trees.AddLeaf(target, tree.LeafValue[leaf]);
        }

        var first = trees.BeginTree();
        (long At, bool IsLeaf) Child(int child) => child >= 0 ? (first + child, false) : leaves[~child];
        for (var node = 0; node < tree.NumNodes; node++)
        {
            var (left, right) = (Child(tree.LeftChild[node]), Child(tree.RightChild[node]));
            if (tree.IsCategorical(node))
            {
                trees.AddSetNode(inputs.Of(tree, node), tree.CategoriesOf(node), left, right);
                continue;
            }

            // Where training had no missing values, NaN is compared as 0.
            var threshold = tree.Threshold[node];
            trees.AddNode(inputs.Of(tree, node), threshold, tree.Missing(node) == MissingKind.None ? threshold >= 0 : tree.DefaultLeft(node), left, right);
        }
    }

    private static string Converted(BoosterModel model, OnnxGraph graph, string scores) => model.Objective?.Link switch
    {
        ScoreLink.SignedSquare => graph.Add("Mul", scores, graph.Add("Abs", scores)),
        ScoreLink.Exponential => graph.Add("Exp", scores),
        ScoreLink.Sigmoid => graph.Add("Sigmoid", model.Objective.LinkSlope == 1 ? scores : graph.Add("Mul", scores, graph.Constant(model.Objective.LinkSlope))),
        ScoreLink.Softplus => graph.Add("Log", graph.Add("Add", graph.Add("Exp", scores), graph.Constant(1))),
        ScoreLink.Softmax => graph.AddWith("Softmax", [OnnxGraph.Attribute("axis", 1)], scores),
        _ => scores,
    };

    /// <summary>
    /// The features as nodes compare them. Behind the features themselves stand those that nodes see in another way: categories as whole numbers,
    /// -1 for what is none, and those of which zero counts as missing with NaN in its place.
    /// </summary>
    private sealed class FeatureInputs
    {
        private readonly Dictionary<(int Feature, bool IsCategory), int> _places = [];

        public FeatureInputs(OnnxGraph graph, string features, int count, IReadOnlyList<Tree> trees)
        {
            var nodes = trees.SelectMany(tree => Enumerable.Range(0, tree.NumNodes).Select(node => (tree, node))).ToList();
            int[] Used(Func<Tree, int, bool> by) => [.. nodes.Where(n => by(n.tree, n.node)).Select(n => n.tree.SplitFeature[n.node]).Distinct().Order()];
            var categories = Used((tree, node) => tree.IsCategorical(node));
            var zeros = Used(IsZeroMissing);
            var parts = new List<string> { features };
            Append(categories, isCategory: true, Categories);
            Append(zeros, isCategory: false, WithoutZeros);
            Value = parts.Count == 1 ? features : graph.AddWith("Concat", [OnnxGraph.Attribute("axis", 1)], [.. parts]);

            void Append(int[] used, bool isCategory, Func<OnnxGraph, string, string> seen)
            {
                if (used.Length == 0)
                {
                    return;
                }

                foreach (var feature in used)
                {
                    _places[(feature, isCategory)] = count + _places.Count;
                }

                var picked = graph.Constant(OnnxTensors.Of(Array.ConvertAll(used, f => (long)f), used.Length));
                parts.Add(seen(graph, graph.AddWith("Gather", [OnnxGraph.Attribute("axis", 1)], features, picked)));
            }
        }

        public string Value { get; }

        public int Of(Tree tree, int node) =>
            tree.IsCategorical(node) || IsZeroMissing(tree, node) ? _places[(tree.SplitFeature[node], tree.IsCategorical(node))] : tree.SplitFeature[node];

        private static bool IsZeroMissing(Tree tree, int node) => !tree.IsCategorical(node) && tree.Missing(node) == MissingKind.Zero;

        // NaN is greater than nothing.
        private static string Categories(OnnxGraph graph, string values) => graph.Add(
            "Where", graph.Add("Greater", values, graph.Constant(-1)), graph.Add("Floor", graph.Add("Max", values, graph.Constant(0))), graph.Constant(-1));

        private static string WithoutZeros(OnnxGraph graph, string values) => graph.Add(
            "Where", graph.Add("LessOrEqual", graph.Add("Abs", values), graph.Constant(BinMapper.ZeroThreshold)), graph.Constant(double.NaN), values);
    }
}
