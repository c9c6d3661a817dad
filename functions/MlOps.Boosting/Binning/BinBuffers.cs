namespace MlOps.Boosting.Binning;

/// <summary>What finding the bins of one feature writes to; used again for the next one.</summary>
/// <param name="rows">Most sampled rows.</param>
internal sealed class BinBuffers(int rows)
{
    /// <summary>The sampled values that are not zero.</summary>
    public double[] Values { get; } = new double[rows];

    /// <summary>Bits of the values, for sorting.</summary>
    public ulong[] Keys { get; } = new ulong[rows];

    /// <summary>The other side of the sort.</summary>
    public ulong[] Swap { get; } = new ulong[rows];

    /// <summary>Distinct values, ascending.</summary>
    public List<double> Distinct { get; } = new(rows + 1);

    /// <summary>Rows of each distinct value.</summary>
    public List<int> Counts { get; } = new(rows + 1);
}
