using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Trees;

/// <summary>Best split of a leaf on one feature, whatever its kind.</summary>
internal sealed unsafe class SplitSearch(SplitSettings settings)
{
    private readonly bool _quantised = settings.Parameters.UseQuantizedGrad;

    /// <summary>
    /// The entry of the most frequent bin is what the other bins leave of the leaf's sums, subtracted in bin order. Its
    /// last digits differ from a plain sum over rows, and the trees of LightGBM depend on them.
    /// </summary>
    public static void FixMostFrequentBin(FeatureMeta meta, double* histogram, double g, double h)
    {
        int most = meta.MostFrequentBin;
        if (most == 0)
        {
            return;
        }

        for (int bin = 0; bin < meta.NumBins; bin++)
        {
            if (bin != most)
            {
                g -= histogram[2 * bin];
                h -= histogram[(2 * bin) + 1];
            }
        }

        histogram[2 * most] = g;
        histogram[(2 * most) + 1] = h;
    }

    /// <summary>Finds the best split.</summary>
    /// <param name="meta">Feature.</param>
    /// <param name="histogram">Its entries, bin 0 first.</param>
    /// <param name="leaf">Sums of the leaf.</param>
    /// <param name="depth">Depth of the leaf.</param>
    /// <param name="best">Receives the split.</param>
    /// <returns>Whether some candidate passed the bar.</returns>
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
        else
        {
            splittable = NumericSplitter.Find(meta, histogram, leaf, settings, best);
        }

        best.ScaleH = leaf.ScaleH;
        best.Gain *= meta.Penalty;
        best.Feature = meta.Feature;
        best.UsedFeature = meta.UsedFeature;
        if (best.Monotone != 0)
        {
            best.Gain *= MonotonePenalty(depth, settings.Parameters.MonotonePenalty);
        }

        return splittable;
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
