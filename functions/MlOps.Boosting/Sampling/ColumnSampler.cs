using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Sampling;

/// <summary>Which features a tree and a node may use: one-hot groups, feature_fraction, feature_fraction_bynode, interaction_constraints.</summary>
internal sealed class ColumnSampler
{
    private readonly int[] _used;
    private readonly LinearCongruential _random;
    private readonly double _fraction;
    private readonly double _byNode;
    private readonly HashSet<int>[] _interactions;
    private readonly OneHotRotation _oneHot;
    private readonly bool _samplesTree;
    private readonly bool[] _inTree;
    private readonly bool[] _everything;
    private int[] _treeFeatures;

    /// <param name="used">Indices of the used features, ascending.</param>
    /// <param name="parameters">Settings.</param>
    public ColumnSampler(int[] used, Parameters parameters)
    {
        _used = used;
        _random = new LinearCongruential(parameters.FeatureFractionSeed);
        _fraction = parameters.FeatureFraction;
        _byNode = parameters.FeatureFractionBynode;
        _interactions = [.. parameters.InteractionConstraints.Select(group => new HashSet<int>(group))];
        _oneHot = new OneHotRotation(used, parameters.OneHotGroups);
        _samplesTree = parameters.FeatureFraction < 1;
        _inTree = new bool[used.Length];
        _everything = new bool[used.Length];
        Array.Fill(_inTree, true);
        Array.Fill(_everything, true);
        _treeFeatures = [.. Enumerable.Range(0, used.Length)];

        // LightGBM draws once when it is set up, before the draw for the first tree.
        StartTree(0);
    }

    public bool HasInteractions => _interactions.Length > 0;

    /// <summary>Features (by their number among the used ones) that the present tree may use.</summary>
    public bool[] InTree => _inTree;

    /// <summary>Draws the features of the next tree.</summary>
    /// <param name="round">Round that the tree belongs to, from 0.</param>
    public void StartTree(int round)
    {
        if (!_samplesTree && _oneHot.IsEmpty)
        {
            return;
        }

        Array.Clear(_inTree);
        int[] pool = _oneHot.FeaturesOf(round);
        _treeFeatures = _samplesTree ? Array.ConvertAll(_random.Sample(pool.Length, Count(pool.Length, _fraction)), i => pool[i]) : pool;
        foreach (int feature in _treeFeatures)
        {
            _inTree[feature] = true;
        }
    }

    /// <summary>Draws the features of a node; those that the tree may not use do not count, whatever is said of them.</summary>
    /// <param name="branch">Feature indices on the way to the node.</param>
    public bool[] ForNode(IReadOnlyCollection<int> branch)
    {
        HashSet<int>? allowed = _interactions.Length > 0 ? Allowed(branch) : null;
        if (_byNode >= 1)
        {
            return allowed is null ? _everything : [.. _used.Select(allowed.Contains)];
        }

        int[] pool = _treeFeatures;
        int count = Count(pool.Length, _byNode);
        if (allowed is not null)
        {
            pool = [.. pool.Where(feature => allowed.Contains(_used[feature]))];
            count = Math.Min(count, pool.Length);
        }

        var inNode = new bool[_used.Length];
        foreach (int position in _random.Sample(pool.Length, count))
        {
            inNode[pool[position]] = true;
        }

        return inNode;
    }

    // A feature may follow a branch when some constraint group holds it and the whole branch.
    private HashSet<int> Allowed(IReadOnlyCollection<int> branch)
    {
        var allowed = new HashSet<int>(branch);
        foreach (HashSet<int> group in _interactions)
        {
            if (branch.All(group.Contains))
            {
                allowed.UnionWith(group);
            }
        }

        return allowed;
    }

    private static int Count(int total, double fraction) =>
        Math.Max((int)((total * fraction) + 0.5), Math.Min(1, total));
}
