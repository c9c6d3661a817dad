using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Trees;

/// <summary>Best set of categories to send left when gradients are whole numbers of steps: exact sums, no epsilons.</summary>
internal static unsafe class QuantizedCategoricalSplitter
{
    /// <inheritdoc cref="NumericSplitter.Find"/>
    public static bool Find(FeatureMeta meta, double* histogram, in LeafSums leaf, SplitSettings settings, SplitCandidate best)
    {
        best.DefaultLeft = false;
        double g = leaf.G * leaf.ScaleG;
        double h = leaf.H * leaf.ScaleH;
        double gainBefore = settings.UsesSmoothing
            ? settings.GainGivenOutput(g, h, settings.L2, leaf.ParentOutput)
            : settings.GainWithoutSmoothing(g, h, settings.L2);
        var search = new Search(meta, histogram, leaf, settings, gainBefore + settings.MinGain);
        return meta.NumBins <= settings.Parameters.MaxCatToOnehot ? search.OneAgainstRest(best) : search.SortedSubset(best);
    }

    private ref struct Search(FeatureMeta meta, double* histogram, LeafSums leaf, SplitSettings settings, double bar)
    {
        private readonly double _rowsPerStep = leaf.Rows / leaf.H;
        private double _gain = double.NegativeInfinity;
        private double _leftG;
        private double _leftH;
        private int _choice = -1;
        private bool _fromLow;

        public bool OneAgainstRest(SplitCandidate best)
        {
            int offset = meta.FirstBin;
            int only = settings.UsesRandomThreshold && meta.NumBins > 1 ? meta.Random.NextInt(1 - offset, meta.NumBins - offset) + offset : 0;
            for (int bin = 1; bin < meta.NumBins; bin++)
            {
                double g = histogram[2 * bin];
                double h = histogram[(2 * bin) + 1];
                int rows = SplitSettings.Round(h * _rowsPerStep);
                bool tooSmall = rows < settings.MinRows || h * leaf.ScaleH < settings.MinHessian
                    || leaf.Rows - rows < settings.MinRows || (leaf.H - h) * leaf.ScaleH < settings.MinHessian;
                if (!tooSmall && (!settings.UsesRandomThreshold || bin == only))
                {
                    Consider(bin, true, g, h, rows, settings.L2, otherFirst: true);
                }
            }

            return Write(best, settings.L2, [_choice]);
        }

        public bool SortedSubset(SplitCandidate best)
        {
            int[] sorted = SortByRatio();
            double l2 = settings.L2 + settings.Parameters.CatL2;
            int most = Math.Min(settings.Parameters.MaxCatThreshold, (sorted.Length + 1) / 2);
            int highest = Math.Max(Math.Min(most, sorted.Length) - 1, 0);
            int only = settings.UsesRandomThreshold && highest > 0 ? meta.Random.NextInt(0, highest) : 0;
            Run(sorted, most, only, l2, true);
            Run(sorted, most, only, l2, false);
            int count = _choice + 1;
            int[] left = _fromLow ? sorted[..count] : [.. sorted[^count..].Reverse()];
            return Write(best, l2, left);
        }

        private void Run(int[] sorted, int most, int only, double l2, bool fromLow)
        {
            int minGroup = settings.Parameters.MinDataPerGroup;
            double leftG = 0;
            double leftH = 0;
            int leftRows = 0;
            int groupRows = 0;
            for (int i = 0; i < sorted.Length && i < most; i++)
            {
                int bin = fromLow ? sorted[i] : sorted[sorted.Length - 1 - i];
                int rows = SplitSettings.Round(histogram[(2 * bin) + 1] * _rowsPerStep);
                leftG += histogram[2 * bin];
                leftH += histogram[(2 * bin) + 1];
                leftRows += rows;
                groupRows += rows;
                if (leftRows < settings.MinRows || leftH * leaf.ScaleH < settings.MinHessian)
                {
                    continue;
                }

                int rightRows = leaf.Rows - leftRows;
                if (rightRows < settings.MinRows || rightRows < minGroup || (leaf.H - leftH) * leaf.ScaleH < settings.MinHessian)
                {
                    break;
                }

                if (groupRows < minGroup)
                {
                    continue;
                }

                groupRows = 0;
                if (!settings.UsesRandomThreshold || i == only)
                {
                    Consider(i, fromLow, leftG, leftH, leftRows, l2, otherFirst: false);
                }
            }
        }

        private void Consider(int choice, bool fromLow, double leftG, double leftH, int leftRows, double l2, bool otherFirst)
        {
            double g = leftG * leaf.ScaleG;
            double h = leftH * leaf.ScaleH;
            double otherG = (leaf.G - leftG) * leaf.ScaleG;
            double otherH = (leaf.H - leftH) * leaf.ScaleH;
            int otherRows = leaf.Rows - leftRows;
            double gain = otherFirst
                ? settings.SplitGain(leaf, otherG, otherH, otherRows, g, h, leftRows, l2, 0)
                : settings.SplitGain(leaf, g, h, leftRows, otherG, otherH, otherRows, l2, 0);
            if (gain > bar && gain > _gain)
            {
                _gain = gain;
                _leftG = leftG;
                _leftH = leftH;
                _choice = choice;
                _fromLow = fromLow;
            }
        }

        private readonly bool Write(SplitCandidate best, double l2, int[] left)
        {
            if (_choice < 0)
            {
                return false;
            }

            QuantizedNumericSplitter.WriteSides(best, _leftG, _leftH, _rowsPerStep, leaf, settings, l2);
            best.Gain = _gain - bar;
            best.LeftBins = left;
            best.Monotone = 0;
            return true;
        }

        private readonly int[] SortByRatio()
        {
            double smooth = settings.Parameters.CatSmooth;
            var kept = new List<(double Ratio, int Bin)>(meta.NumBins);
            for (int bin = 1; bin < meta.NumBins; bin++)
            {
                double h = histogram[(2 * bin) + 1];
                if (SplitSettings.Round(h * _rowsPerStep) >= smooth)
                {
                    kept.Add((histogram[2 * bin] * leaf.ScaleG / ((h * leaf.ScaleH) + smooth), bin));
                }
            }

            return [.. kept.OrderBy(item => item.Ratio).Select(item => item.Bin)];
        }
    }
}
