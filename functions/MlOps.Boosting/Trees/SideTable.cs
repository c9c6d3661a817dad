using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Trees;

/// <summary>The decision of a node as a table over the stored values of its column: 1 for left, 0 for right.</summary>
internal static unsafe class SideTable
{
    /// <param name="tree">Tree.</param>
    /// <param name="node">Node.</param>
    /// <param name="mapper">Bins of the node's feature.</param>
    /// <param name="slot">Where the feature lies.</param>
    /// <param name="table">Receives the table; as long as the column has stored values.</param>
    /// <param name="length">Length of the table.</param>
    public static void Fill(Tree tree, int node, BinMapper mapper, FeatureSlot slot, byte* table, int length)
    {
        // In a shared column every value that is not the feature's own means its most frequent bin.
        byte elsewhere = GoesLeft(tree, node, mapper, mapper.MostFrequentBin);
        new Span<byte>(table, length).Fill(elsewhere);
        for (int bin = 0; bin < mapper.NumBins; bin++)
        {
            table[slot.Start + bin] = GoesLeft(tree, node, mapper, bin);
        }
    }

    private static byte GoesLeft(Tree tree, int node, BinMapper mapper, int bin)
    {
        if (tree.IsCategorical(node))
        {
            return (byte)(tree.CategoryBins[tree.ThresholdBin[node]].Contains(bin) ? 1 : 0);
        }

        MissingKind missing = mapper.Missing;
        bool isMissing = (missing == MissingKind.NaN && bin == mapper.NumBins - 1)
            || (missing == MissingKind.Zero && bin == mapper.DefaultBin);
        bool left = isMissing ? tree.DefaultLeft(node) : bin <= tree.ThresholdBin[node];
        return (byte)(left ? 1 : 0);
    }
}
