using static MlOps.Learning.Onnx.OnnxGraph;

namespace MlOps.Learning.Onnx;

/// <summary>Trees while they are put together for the operator <c>TreeEnsemble</c>, which sums their leaves by target.</summary>
/// <param name="targets">Sums a row.</param>
internal sealed class OnnxTrees(int targets)
{
    private const byte LessOrEqual = 0;
    private const byte Member = 6;
    private const int Sum = 1;

    private readonly List<long> _roots = [];
    private readonly List<long> _features = [];
    private readonly List<byte> _modes = [];
    private readonly List<double> _splits = [];
    private readonly List<long> _missingTrue = [];
    private readonly List<(long At, bool IsLeaf)> _true = [];
    private readonly List<(long At, bool IsLeaf)> _false = [];
    private readonly List<double> _members = [];
    private readonly List<double> _weights = [];
    private readonly List<long> _targets = [];

    /// <summary>What all rows get, by target: trees of one leaf.</summary>
    private readonly double[] _constants = new double[targets];

    /// <summary>A tree of one leaf.</summary>
    public void AddConstant(int target, double value) => _constants[target] += value;

    /// <summary>Begins a tree: its nodes are numbered from what this gives.</summary>
    public int BeginTree()
    {
        _roots.Add(_modes.Count);
        return _modes.Count;
    }

    /// <summary>A node that sends values up to a threshold to its true side.</summary>
    /// <param name="feature">Feature.</param>
    /// <param name="threshold">Threshold.</param>
    /// <param name="missingIsTrue">Whether NaN goes there too.</param>
    /// <param name="whenTrue">Child: a node's number, or a leaf's as <see cref="AddLeaf"/> gave it.</param>
    /// <param name="whenFalse">The other child.</param>
    public void AddNode(int feature, double threshold, bool missingIsTrue, (long At, bool IsLeaf) whenTrue, (long At, bool IsLeaf) whenFalse) =>
        Add(feature, LessOrEqual, threshold, missingIsTrue, whenTrue, whenFalse);

    /// <summary>A node that sends some whole numbers, -1 not among them, to its true side.</summary>
    /// <inheritdoc cref="AddNode"/>
    public void AddSetNode(int feature, IReadOnlyList<int> members, (long At, bool IsLeaf) whenTrue, (long At, bool IsLeaf) whenFalse)
    {
        if (members.Count == 0)
        {
            // An empty set has no form; nothing is below the smallest code.
            Add(feature, LessOrEqual, -2, false, whenTrue, whenFalse);
            return;
        }

        foreach (var member in members)
        {
            _members.Add(member);
        }

        // The sets lie one behind the other, in the order of the nodes, each ended by NaN.
        _members.Add(double.NaN);
        Add(feature, Member, 0, false, whenTrue, whenFalse);
    }

    /// <summary>A leaf.</summary>
    public (long At, bool IsLeaf) AddLeaf(int target, double value)
    {
        _weights.Add(value);
        _targets.Add(target);
        return (_weights.Count - 1, true);
    }

    /// <summary>Puts the trees into a graph.</summary>
    /// <param name="graph">Graph.</param>
    /// <param name="features">Value of the features, row by row.</param>
    /// <returns>Value of the sums, row by row.</returns>
    public string AddTo(OnnxGraph graph, string features)
    {
        if (_roots.Count == 0)
        {
            // The operator needs a tree, and rows come from it.
            BeginTree();
            AddNode(0, 0, true, AddLeaf(0, 0), AddLeaf(0, 0));
        }

        List<AttributeProto> attributes =
        [
            Attribute("aggregate_function", Sum),
            Attribute("n_targets", targets),
            Attribute("tree_roots", _roots),
            Attribute("nodes_featureids", _features),
            Attribute("nodes_modes", OnnxTensors.Of(_modes.ToArray(), _modes.Count)),
            Attribute("nodes_splits", OnnxTensors.Of(_splits.ToArray(), _splits.Count)),
            Attribute("nodes_missing_value_tracks_true", _missingTrue),
            Attribute("nodes_truenodeids", _true.Select(c => c.At)),
            Attribute("nodes_trueleafs", _true.Select(c => c.IsLeaf ? 1L : 0)),
            Attribute("nodes_falsenodeids", _false.Select(c => c.At)),
            Attribute("nodes_falseleafs", _false.Select(c => c.IsLeaf ? 1L : 0)),
            Attribute("leaf_targetids", _targets),
            Attribute("leaf_weights", OnnxTensors.Of(_weights.ToArray(), _weights.Count)),
        ];
        if (_members.Count > 0)
        {
            attributes.Add(Attribute("membership_values", OnnxTensors.Of(_members.ToArray(), _members.Count)));
        }

        var sums = graph.AddLearning("TreeEnsemble", attributes, features);
        return Array.TrueForAll(_constants, c => c == 0) ? sums : graph.Add("Add", sums, graph.Constant(OnnxTensors.Of(_constants, 1, targets)));
    }

    private void Add(int feature, byte mode, double split, bool missingIsTrue, (long At, bool IsLeaf) whenTrue, (long At, bool IsLeaf) whenFalse)
    {
        _features.Add(feature);
        _modes.Add(mode);
        _splits.Add(split);
        _missingTrue.Add(missingIsTrue ? 1 : 0);
        _true.Add(whenTrue);
        _false.Add(whenFalse);
    }
}
