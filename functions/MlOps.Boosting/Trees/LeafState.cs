using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Trees;

/// <summary>What the grower remembers of a leaf while the tree grows. Reused from tree to tree.</summary>
internal sealed class LeafState(int usedFeatures)
{
    /// <summary>Gradient sum, as inherited from the split rather than summed over rows.</summary>
    public double G { get; set; }

    /// <summary>Hessian sum, likewise.</summary>
    public double H { get; set; }

    /// <summary>Output of the leaf itself: what path smoothing pulls its children towards.</summary>
    public double ParentOutput { get; set; }

    /// <summary>Least output that monotone constraints leave.</summary>
    public double Minimum { get; set; }

    /// <summary>Largest output that monotone constraints leave.</summary>
    public double Maximum { get; set; }

    /// <summary>Best split; gain -∞ when there is none.</summary>
    public SplitCandidate Best { get; } = new();

    public NativeBuffer<double>? Histogram { get; set; }

    /// <summary>Features without a candidate above the bar here: not looked at again below this leaf.</summary>
    public bool[] GivenUp { get; } = new bool[usedFeatures];

    /// <summary>Feature indices on the way to the leaf; kept only with interaction constraints.</summary>
    public HashSet<int> Branch { get; } = [];

    public void Reset()
    {
        Minimum = -double.MaxValue;
        Maximum = double.MaxValue;
        Best.Reset();
        Array.Clear(GivenUp);
        Branch.Clear();
        Histogram = null;
    }
}
