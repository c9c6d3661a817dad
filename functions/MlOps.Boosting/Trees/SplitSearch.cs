using System.Runtime.CompilerServices;
using MlOps.Boosting.Histograms;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Trees;

/// <summary>Best split of a leaf on one feature, whatever its kind. One thread at a time may use it.</summary>
/// <param name="settings">Regularisation.</param>
/// <param name="maxBins">Most bins of a feature.</param>
internal sealed unsafe class SplitSearch(SplitSettings settings, int maxBins) : IDisposable
{
    private readonly bool _quantised = settings.Parameters.UseQuantizedGrad;
    private readonly PlainSplitKernel? _plain = PlainSplitKernel.Fits(settings) ? new PlainSplitKernel(settings, maxBins) : null;

    /// <summary>Finds the best split.</summary>
    /// <param name="meta">Feature.</param>
    /// <param name="histogram">Its entries, bin 0 first.</param>
    /// <param name="leaf">Sums of the leaf.</param>
    /// <param name="depth">Depth of the leaf.</param>
    /// <param name="best">Receives the split.</param>
    /// <returns>Whether some candidate passed the bar.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Find(FeatureMeta meta, double* histogram, in LeafSums leaf, int depth, SplitCandidate best)
    {
        best.Reset();
        bool splittable;
        if (_quantised)
        {
            splittable = meta.IsCategorical
                ? QuantizedCategoricalSplitter.Find(meta, histogram, leaf, settings, best)
                : QuantizedNumericSplitter.Find(meta, histogram, leaf, settings, best);
        }
        else if (meta.IsCategorical)
        {
            splittable = CategoricalSplitter.Find(meta, histogram, leaf, settings, best);
        }
        else if (_plain is not null)
        {
            splittable = _plain.Find(meta, histogram, leaf, best);
        }
        else
        {
            splittable = NumericSplitter.Find(meta, histogram, leaf, settings, best);
        }

        Complete(meta, leaf, depth, best);
        return splittable;
    }

    /// <summary>Subtracts the smaller child's histogram from its parent's and finds the best split of both children.</summary>
    /// <returns>Whether some candidate passed the bar, in the smaller and in the larger child.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (bool Smaller, bool Larger) FindBoth(
        FeatureMeta meta, double* smaller, double* parent, in LeafSums smallLeaf, in LeafSums largeLeaf, int depth, SplitCandidate bestSmaller, SplitCandidate bestLarger)
    {
        if (_plain is null || meta.IsCategorical || !PlainSplitKernel.IsScannedOnce(meta))
        {
            bool splittable = Find(meta, smaller, smallLeaf, depth, bestSmaller);
            HistogramSubtraction.Subtract(parent, smaller, meta.NumBins);
            return (splittable, Find(meta, parent, largeLeaf, depth, bestLarger));
        }

        bestSmaller.Reset();
        bestLarger.Reset();
        (bool, bool) both = _plain.FindBoth(meta, smaller, parent, smallLeaf, largeLeaf, bestSmaller, bestLarger);
        Complete(meta, smallLeaf, depth, bestSmaller);
        Complete(meta, largeLeaf, depth, bestLarger);
        return both;
    }

    public void Dispose() => _plain?.Dispose();

    private void Complete(FeatureMeta meta, in LeafSums leaf, int depth, SplitCandidate best)
    {
        best.ScaleH = leaf.ScaleH;
        best.Gain *= meta.Penalty;
        best.Feature = meta.Feature;
        best.UsedFeature = meta.UsedFeature;
        if (best.Monotone != 0)
        {
            best.Gain *= MonotonePenalty(depth, settings.Parameters.MonotonePenalty);
        }
    }

    // LightGBM's factor on the gain of a constrained feature near the root.
    private static double MonotonePenalty(int depth, double penalty)
    {
        if (penalty >= depth + 1.0)
        {
            return SplitSettings.Epsilon;
        }

        return penalty <= 1
            ? 1.0 - (penalty / Math.Pow(2.0, depth)) + SplitSettings.Epsilon
            : 1.0 - Math.Pow(2, penalty - 1.0 - depth) + SplitSettings.Epsilon;
    }
}
