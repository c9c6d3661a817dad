using System.Globalization;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.ModelText;

/// <summary>One tree block of the model text, checked: lengths, child numbers, category sets, and that it is one tree.</summary>
internal sealed class TreeParser(Dictionary<string, (string Value, int Line)> fields, int leaves, int features, int firstLine)
{
    private int Nodes => leaves - 1;

    public Tree Parse()
    {
        var tree = new Tree(leaves) { NumLeaves = leaves };
        tree.LeafValue = Numbers("leaf_value", leaves, required: true);
        CheckFinite(tree.LeafValue);
        tree.LeafWeight = Numbers("leaf_weight", leaves, required: false);
        tree.LeafCount = Integers("leaf_count", leaves, 0, int.MaxValue, required: false);
        tree.Shrinkage = fields.TryGetValue("shrinkage", out (string Value, int Line) shrinkage)
            ? ModelValues.ParseNumber(shrinkage.Value, shrinkage.Line)
            : 1;
        if (Nodes == 0)
        {
            return tree;
        }

        tree.SplitFeature = Integers("split_feature", Nodes, 0, features - 1, required: true);
        tree.SplitGain = [.. Numbers("split_gain", Nodes, required: false).Select(gain => (float)gain)];
        tree.Threshold = Numbers("threshold", Nodes, required: true);
        tree.DecisionType = [.. Integers("decision_type", Nodes, 0, 15, required: true).Select(type => (byte)type)];
        tree.LeftChild = Integers("left_child", Nodes, -leaves, Nodes - 1, required: true);
        tree.RightChild = Integers("right_child", Nodes, -leaves, Nodes - 1, required: true);
        tree.InternalValue = Numbers("internal_value", Nodes, required: false);
        tree.InternalWeight = Numbers("internal_weight", Nodes, required: false);
        tree.InternalCount = Integers("internal_count", Nodes, 0, int.MaxValue, required: false);
        ParseCategories(tree);
        CheckIsTree(tree);
        return tree;
    }

    private void ParseCategories(Tree tree)
    {
        tree.NumCategorical = fields.TryGetValue("num_cat", out (string Value, int Line) count)
            ? ModelValues.ParseInteger(count.Value, count.Line, 0, Nodes)
            : 0;
        if (tree.NumCategorical > 0)
        {
            int[] boundaries = Integers("cat_boundaries", tree.NumCategorical + 1, 0, int.MaxValue, required: true);
            (string[] words, int line) = Words("cat_threshold");
            bool ascending = boundaries[0] == 0 && boundaries[^1] == words.Length;
            for (int i = 1; i < boundaries.Length; i++)
            {
                ascending &= boundaries[i] >= boundaries[i - 1];
            }

            if (!ascending)
            {
                throw ModelValues.ErrorAt(line, $"cat_boundaries do not divide the {words.Length} words of cat_threshold.");
            }

            tree.CategoryBoundaries = [.. boundaries];
            tree.CategoryWords = [.. words.Select(word => uint.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out uint bits)
                ? bits
                : throw ModelValues.ErrorAt(line, $"'{word}' is not a 32-bit word."))];
        }

        for (int node = 0; node < Nodes; node++)
        {
            bool valid = !tree.IsCategorical(node)
                ? !double.IsNaN(tree.Threshold[node])
                : tree.Threshold[node] >= 0 && tree.Threshold[node] < tree.NumCategorical && tree.Threshold[node] == Math.Truncate(tree.Threshold[node]);
            if (!valid)
            {
                throw ModelValues.ErrorAt(Line("threshold"), $"node {node} has threshold {tree.Threshold[node]}, which is no {(tree.IsCategorical(node) ? "category set" : "number")}.");
            }
        }
    }

    // Every node but the root and every leaf is the child of exactly one node, and all hang from the root.
    private void CheckIsTree(Tree tree)
    {
        var seenNodes = new bool[Nodes];
        var seenLeaves = new bool[leaves];
        var open = new Stack<int>();
        open.Push(0);
        seenNodes[0] = true;
        int reached = 0;
        while (open.Count > 0)
        {
            int node = open.Pop();
            reached++;
            foreach (int child in (int[])[tree.LeftChild[node], tree.RightChild[node]])
            {
                bool[] seen = child >= 0 ? seenNodes : seenLeaves;
                int index = child >= 0 ? child : ~child;
                if (seen[index])
                {
                    throw ModelValues.ErrorAt(Line("left_child"), $"{(child >= 0 ? "node" : "leaf")} {index} is the child of two nodes: this is no tree.");
                }

                seen[index] = true;
                if (child >= 0)
                {
                    open.Push(child);
                }
            }
        }

        if (reached != Nodes)
        {
            throw ModelValues.ErrorAt(Line("left_child"), $"only {reached} of {Nodes} nodes hang from the root: this is no tree.");
        }
    }

    private void CheckFinite(double[] values)
    {
        if (!values.All(double.IsFinite))
        {
            throw ModelValues.ErrorAt(Line("leaf_value"), "leaf values must be finite.");
        }
    }

    private int Line(string key) => fields.TryGetValue(key, out (string Value, int Line) field) ? field.Line : firstLine;

    private double[] Numbers(string key, int count, bool required)
    {
        if (!required && !fields.ContainsKey(key))
        {
            return new double[count];
        }

        (string[] words, int line) = Words(key, count, required);
        return words.Length == 0 ? new double[count] : [.. words.Select(word => ModelValues.ParseNumber(word, line))];
    }

    private int[] Integers(string key, int count, int minimum, int maximum, bool required)
    {
        if (!required && !fields.ContainsKey(key))
        {
            return new int[count];
        }

        (string[] words, int line) = Words(key, count, required);
        return words.Length == 0 ? new int[count] : [.. words.Select(word => ModelValues.ParseInteger(word, line, minimum, maximum))];
    }

    private (string[] Words, int Line) Words(string key, int count, bool required)
    {
        (string[] words, int line) = Words(key);
        bool missing = words.Length == 0 && !required;
        return words.Length == count || missing ? (words, line) : throw ModelValues.ErrorAt(line, $"{key} has {words.Length} entries, but {count} are needed.");
    }

    private (string[] Words, int Line) Words(string key) => fields.TryGetValue(key, out (string Value, int Line) field)
        ? (field.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries), field.Line)
        : throw ModelValues.ErrorAt(firstLine, $"{key} is missing in this tree.");
}
