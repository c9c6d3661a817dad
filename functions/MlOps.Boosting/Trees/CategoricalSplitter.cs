using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Trees;

/// <summary>
/// Best set of categories to send left: one against the rest for few bins; else a prefix or suffix of the bins sorted
/// by their gradient-hessian ratio (Fisher, "On grouping for maximum homogeneity", 1958).
/// </summary>
internal static unsafe class CategoricalSplitter
{
    /// <inheritdoc cref="NumericSplitter.Find"/>
    public static bool Find(FeatureMeta meta, double* histogram, in LeafSums leaf, SplitSettings settings, SplitCandidate best)
    {
        LeafSums sums = leaf with { H = leaf.H + (2 * SplitSettings.Epsilon) };
        best.DefaultLeft = false;
        double gainBefore = settings.UsesSmoothing
            ? settings.GainGivenOutput(sums.G, sums.H, settings.L2, sums.ParentOutput)
            : settings.GainWithoutSmoothing(sums.G, sums.H, settings.L2);
        double bar = gainBefore + settings.MinGain;
        return meta.NumBins <= settings.Parameters.MaxCatToOnehot
            ? OneAgainstRest(meta, histogram, sums, settings, bar, best)
            : SortedSubset(meta, histogram, sums, settings, bar, best);
    }

    private static bool OneAgainstRest(FeatureMeta meta, double* histogram, in LeafSums leaf, SplitSettings settings, double bar, SplitCandidate best)
    {
        double rowsPerHessian = leaf.Rows / leaf.H;
        int offset = meta.FirstBin;
        int only = settings.UsesRandomThreshold && meta.NumBins > 1 ? meta.Random.NextInt(1 - offset, meta.NumBins - offset) + offset : 0;
        double bestGain = double.NegativeInfinity;
        int chosen = -1;
        double chosenH = 0;
        int chosenRows = 0;
        for (int bin = 1; bin < meta.NumBins; bin++)
        {
            double g = histogram[2 * bin];
            double h = histogram[(2 * bin) + 1];
            int rows = SplitSettings.Round(h * rowsPerHessian);
            int otherRows = leaf.Rows - rows;
            double otherH = leaf.H - h - SplitSettings.Epsilon;
            if (rows < settings.MinRows || h < settings.MinHessian || otherRows < settings.MinRows || otherH < settings.MinHessian)
            {
                continue;
            }

            if (settings.UsesRandomThreshold && bin != only)
            {
                continue;
            }

            double leftH = h + SplitSettings.Epsilon;
            double gain = settings.SplitGain(leaf, leaf.G - g, otherH, otherRows, g, leftH, rows, settings.L2, 0);
            if (gain > bar && gain > bestGain)
            {
                bestGain = gain;
                chosen = bin;
                chosenH = leftH;
                chosenRows = rows;
            }
        }

        if (chosen < 0)
        {
            return false;
        }

        Write(best, leaf, settings, settings.L2, histogram[2 * chosen], chosenH, chosenRows, bestGain - bar);
        best.LeftBins = [chosen];
        return true;
    }

    private static bool SortedSubset(FeatureMeta meta, double* histogram, in LeafSums leaf, SplitSettings settings, double bar, SplitCandidate best)
    {
        double rowsPerHessian = leaf.Rows / leaf.H;
        double smooth = settings.Parameters.CatSmooth;
        int[] sorted = SortByRatio(meta, histogram, rowsPerHessian, smooth);
        double l2 = settings.L2 + settings.Parameters.CatL2;
        int most = Math.Min(settings.Parameters.MaxCatThreshold, (sorted.Length + 1) / 2);
        int only = 0;
        if (settings.UsesRandomThreshold)
        {
            int highest = Math.Max(Math.Min(most, sorted.Length) - 1, 0);
            only = highest > 0 ? meta.Random.NextInt(0, highest) : 0;
        }

        var search = new SubsetSearch(histogram, sorted, leaf, settings, l2, bar, most, only, rowsPerHessian);
        search.Run(fromLow: true);
        search.Run(fromLow: false);
        if (search.Count == 0)
        {
            return false;
        }

        Write(best, leaf, settings, l2, search.LeftG, search.LeftH, search.LeftRows, search.Gain - bar);
        best.LeftBins = search.FromLow ? sorted[..search.Count] : [.. sorted[^search.Count..].Reverse()];
        return true;
    }

    private static int[] SortByRatio(FeatureMeta meta, double* histogram, double rowsPerHessian, double smooth)
    {
        var kept = new List<(double Ratio, int Bin)>(meta.NumBins);
        for (int bin = 1; bin < meta.NumBins; bin++)
        {
            double h = histogram[(2 * bin) + 1];
            if (SplitSettings.Round(h * rowsPerHessian) >= smooth)
            {
                kept.Add((histogram[2 * bin] / (h + smooth), bin));
            }
        }

        // OrderBy is stable: equal ratios stay in bin order.
        return [.. kept.OrderBy(item => item.Ratio).Select(item => item.Bin)];
    }

    private static void Write(SplitCandidate best, in LeafSums leaf, SplitSettings settings, double l2, double leftG, double leftH, int leftRows, double gain)
    {
        best.LeftOutput = settings.ChildOutput(leaf, leftG, leftH, leftRows, l2);
        best.LeftRows = leftRows;
        best.LeftG = leftG;
        best.LeftH = leftH - SplitSettings.Epsilon;
        best.RightRows = leaf.Rows - leftRows;
        best.RightOutput = settings.ChildOutput(leaf, leaf.G - leftG, leaf.H - leftH, best.RightRows, l2);
        best.RightG = leaf.G - leftG;
        best.RightH = leaf.H - leftH - SplitSettings.Epsilon;
        best.Gain = gain;
        best.Monotone = 0;
    }

    private ref struct SubsetSearch(
        double* histogram, int[] sorted, LeafSums leaf, SplitSettings settings, double l2, double bar, int most, int only, double rowsPerHessian)
    {
        public double Gain { get; private set; } = double.NegativeInfinity;

        public double LeftG { get; private set; }

        public double LeftH { get; private set; }

        public int LeftRows { get; private set; }

        public bool FromLow { get; private set; }

        /// <summary>Number of categories on the left; 0 when no candidate passed the bar.</summary>
        public int Count { get; private set; }

        public void Run(bool fromLow)
        {
            int minGroup = settings.Parameters.MinDataPerGroup;
            double leftG = 0;
            double leftH = SplitSettings.Epsilon;
            int leftRows = 0;
            int groupRows = 0;
            for (int i = 0; i < sorted.Length && i < most; i++)
            {
                int bin = fromLow ? sorted[i] : sorted[sorted.Length - 1 - i];
                double h = histogram[(2 * bin) + 1];
                int rows = SplitSettings.Round(h * rowsPerHessian);
                leftG += histogram[2 * bin];
                leftH += h;
                leftRows += rows;
                groupRows += rows;
                if (leftRows < settings.MinRows || leftH < settings.MinHessian)
                {
                    continue;
                }

                int rightRows = leaf.Rows - leftRows;
                double rightH = leaf.H - leftH;
                if (rightRows < settings.MinRows || rightRows < minGroup || rightH < settings.MinHessian)
                {
                    break;
                }

                if (groupRows < minGroup)
                {
                    continue;
                }

                groupRows = 0;
                if (settings.UsesRandomThreshold && i != only)
                {
                    continue;
                }

                double gain = settings.SplitGain(leaf, leftG, leftH, leftRows, leaf.G - leftG, rightH, rightRows, l2, 0);
                if (gain > bar && gain > Gain)
                {
                    Gain = gain;
                    LeftG = leftG;
                    LeftH = leftH;
                    LeftRows = leftRows;
                    FromLow = fromLow;
                    Count = i + 1;
                }
            }
        }
    }
}
