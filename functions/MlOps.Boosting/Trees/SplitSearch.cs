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
    private LeafSums _smaller;
    private LeafSums _larger;
    private int _depth;

    /// <summary>Names the leaves whose features are searched next.</summary>
    /// <param name="smaller">Sums of the smaller child, or of the only leaf.</param>
    /// <param name="larger">Sums of the larger child.</param>
    /// <param name="depth">Depth of the leaves.</param>
    public void Start(in LeafSums smaller, in LeafSums larger, int depth)
    {
        _smaller = smaller;
        _larger = larger;
        _depth = depth;
        _plain?.Start(smaller, larger);
    }

    /// <summary>Finds the best split of the smaller or only leaf.</summary>
    /// <param name="meta">Feature.</param>
    /// <param name="histogram">Its entries, bin 0 first.</param>
    /// <param name="worth">Gain below which the split need not be told.</param>
    /// <param name="best">Receives the split.</param>
    /// <returns>Whether some candidate passed the bar.</returns>
    public bool Find(FeatureMeta meta, double* histogram, double worth, SplitCandidate best) => Find(meta, histogram, false, worth, best);

    /// <summary>Subtracts the smaller child's histogram from its parent's and finds the best split of both children.</summary>
    /// <returns>Whether some candidate passed the bar, in the smaller and in the larger child.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (bool Smaller, bool Larger) FindBoth(
        FeatureMeta meta, double* smaller, double* parent, double worthSmaller, double worthLarger, SplitCandidate bestSmaller, SplitCandidate bestLarger)
    {
        if (_plain is null || meta.IsCategorical || !PlainSplitKernel.IsScannedOnce(meta))
        {
            bool splittable = Find(meta, smaller, false, worthSmaller, bestSmaller);
            HistogramSubtraction.Subtract(parent, smaller, meta.NumBins);
            return (splittable, Find(meta, parent, true, worthLarger, bestLarger));
        }

        bestSmaller.Reset();
        bestLarger.Reset();
        (bool, bool) both = _plain.FindBoth(meta, smaller, parent, worthSmaller, worthLarger, bestSmaller, bestLarger);
        Complete(meta, _smaller, bestSmaller);
        Complete(meta, _larger, bestLarger);
        return both;
    }

    public void Dispose() => _plain?.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Find(FeatureMeta meta, double* histogram, bool isLarger, double worth, SplitCandidate best)
    {
        ref readonly LeafSums leaf = ref isLarger ? ref _larger : ref _smaller;
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
            splittable = _plain.Find(meta, histogram, isLarger, worth, best);
        }
        else
        {
            splittable = NumericSplitter.Find(meta, histogram, leaf, settings, best);
        }

        Complete(meta, leaf, best);
        return splittable;
    }

    private void Complete(FeatureMeta meta, in LeafSums leaf, SplitCandidate best)
    {
        if (best.Gain == double.NegativeInfinity)
        {
            return;
        }

        best.ScaleH = leaf.ScaleH;
        best.Gain *= meta.Penalty;
        best.Feature = meta.Feature;
        best.UsedFeature = meta.UsedFeature;
        if (best.Monotone != 0)
        {
            best.Gain *= MonotonePenalty(_depth, settings.Parameters.MonotonePenalty);
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
