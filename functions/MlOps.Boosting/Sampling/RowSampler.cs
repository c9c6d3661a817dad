using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Sampling;

/// <summary>Which rows a tree is grown on. Rows in blocks of 1024 draw from a generator of their block, which lasts over the rounds.</summary>
internal abstract unsafe class RowSampler
{
    private const int BlockRows = 1024;
    private readonly LinearCongruential[] _random;

    protected RowSampler(int rows, int seed)
    {
        Rows = rows;
        _random = [.. Enumerable.Range(0, (rows + BlockRows - 1) / BlockRows).Select(block => new LinearCongruential(seed + block))];
    }

    /// <summary>Rows of the bag, ascending; empty when all rows are in.</summary>
    public int[] Bag { get; protected set; } = [];

    /// <summary>The other rows.</summary>
    public int[] OutOfBag { get; protected set; } = [];

    /// <summary>Whether hessians change with the bag, so that they are never constant.</summary>
    public virtual bool ChangesHessians => false;

    /// <summary>Whether LightGBM would copy the bag's rows to a set of their own.</summary>
    public bool UsesSubset { get; protected init; }

    protected int Rows { get; }

    /// <summary>Draws the bag of a round.</summary>
    /// <param name="round">Round, from 0.</param>
    /// <param name="pairs">Gradients of all rows, class after class; GOSS scales them.</param>
    public abstract void Draw(int round, float* pairs);

    protected float NextFloat(int row) => _random[row / BlockRows].NextFloat();

    protected void Keep(List<int> bag, List<int> outOfBag)
    {
        Bag = [.. bag];
        OutOfBag = [.. outOfBag];
    }
}
