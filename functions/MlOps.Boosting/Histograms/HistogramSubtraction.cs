using System.Runtime.Intrinsics;

namespace MlOps.Boosting.Histograms;

/// <summary>Parent minus child, entry by entry.</summary>
internal static unsafe class HistogramSubtraction
{
    /// <summary>Subtracts <paramref name="child"/> from <paramref name="parent"/> in place, which leaves the sibling's histogram.</summary>
    /// <param name="parent">Entries of the parent.</param>
    /// <param name="child">Entries of the child.</param>
    /// <param name="entries">Number of entries (pairs).</param>
    public static void Subtract(double* parent, double* child, int entries)
    {
        int i = 0;
        int length = 2 * entries;
        for (; i + 4 <= length; i += 4)
        {
            (Vector256.Load(parent + i) - Vector256.Load(child + i)).Store(parent + i);
        }

        for (; i < length; i++)
        {
            parent[i] -= child[i];
        }
    }
}
