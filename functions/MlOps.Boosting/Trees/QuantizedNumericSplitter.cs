using MlOps.Boosting.Binning;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Trees;

/// <summary>
/// Best threshold of a numeric feature when gradients are whole numbers of steps: sums are exact, counts are estimated
/// from sums, and epsilons enter the gains only.
/// </summary>
internal static unsafe class QuantizedNumericSplitter
{
    /// <inheritdoc cref="NumericSplitter.Find"/>
    public static bool Find(FeatureMeta meta, double* histogram, in LeafSums leaf, SplitSettings settings, SplitCandidate best)
    {
        best.Monotone = meta.Monotone;
        double bar = settings.Gain(leaf.G * leaf.ScaleG, leaf.H * leaf.ScaleH, settings.L2, leaf.Rows, leaf.ParentOutput) + settings.MinGain;
        int threshold = settings.UsesRandomThreshold && meta.NumBins > 2 ? meta.Random.NextInt(0, meta.NumBins - 2) : 0;
        var scan = new Scan(meta, histogram, leaf, settings, bar, threshold, best);
        if (meta.NumBins > 2 && meta.Missing != MissingKind.None)
        {
            bool skipDefault = meta.Missing == MissingKind.Zero;
            scan.FromRight(skipDefault, !skipDefault);
            scan.FromLeft(skipDefault, !skipDefault);
        }
        else
        {
            scan.FromRight(false, false);
            if (meta.Missing == MissingKind.NaN)
            {
                best.DefaultLeft = false;
            }
        }

        return scan.IsSplittable;
    }

    private ref struct Scan(FeatureMeta meta, double* histogram, LeafSums leaf, SplitSettings settings, double bar, int randomThreshold, SplitCandidate best)
    {
        private readonly double _rowsPerStep = leaf.Rows / leaf.H;
        private double _gain;
        private double _leftG;
        private double _leftH;
        private int _threshold;

        public bool IsSplittable { get; private set; }

        public void FromRight(bool skipDefault, bool leaveOutNaN)
        {
            Begin();
            double rightG = 0;
            double rightH = 0;
            for (int bin = meta.NumBins - 1 - (leaveOutNaN ? 1 : 0); bin >= 1; bin--)
            {
                if (skipDefault && bin == meta.DefaultBin)
                {
                    continue;
                }

                rightG += histogram[2 * bin];
                rightH += histogram[(2 * bin) + 1];
                int rightRows = SplitSettings.Round(rightH * _rowsPerStep);
                if (rightRows < settings.MinRows || rightH * leaf.ScaleH < settings.MinHessian)
                {
                    continue;
                }

                int leftRows = leaf.Rows - rightRows;
                double leftH = leaf.H - rightH;
                if (leftRows < settings.MinRows || leftH * leaf.ScaleH < settings.MinHessian)
                {
                    break;
                }

                if (!settings.UsesRandomThreshold || bin - 1 == randomThreshold)
                {
                    Consider(bin - 1, leaf.G - rightG, leftH, leftRows, rightG, rightH, rightRows);
                }
            }

            Keep(true);
        }

        public void FromLeft(bool skipDefault, bool leaveOutNaN)
        {
            Begin();
            double leftG = 0;
            double leftH = 0;
            int bin = meta.FirstBin;
            bool addFirst = true;
            if (leaveOutNaN && bin == 1)
            {
                leftG = leaf.G;
                leftH = leaf.H;
                for (int other = 1; other < meta.NumBins; other++)
                {
                    leftG -= histogram[2 * other];
                    leftH -= histogram[(2 * other) + 1];
                }

                bin = 0;
                addFirst = false;
            }

            for (; bin <= meta.NumBins - 2; bin++)
            {
                if (skipDefault && bin == meta.DefaultBin)
                {
                    continue;
                }

                if (bin != 0 || addFirst)
                {
                    leftG += histogram[2 * bin];
                    leftH += histogram[(2 * bin) + 1];
                }

                int leftRows = SplitSettings.Round(leftH * _rowsPerStep);
                if (leftRows < settings.MinRows || leftH * leaf.ScaleH < settings.MinHessian)
                {
                    continue;
                }

                int rightRows = leaf.Rows - leftRows;
                double rightH = leaf.H - leftH;
                if (rightRows < settings.MinRows || rightH * leaf.ScaleH < settings.MinHessian)
                {
                    break;
                }

                if (!settings.UsesRandomThreshold || bin == randomThreshold)
                {
                    Consider(bin, leftG, leftH, leftRows, leaf.G - leftG, rightH, rightRows);
                }
            }

            Keep(false);
        }

        private void Begin()
        {
            _gain = double.NegativeInfinity;
        }

        private void Consider(int threshold, double leftG, double leftH, int leftRows, double rightG, double rightH, int rightRows)
        {
            double gain = settings.SplitGain(
                leaf,
                leftG * leaf.ScaleG,
                (leftH * leaf.ScaleH) + SplitSettings.Epsilon,
                leftRows,
                rightG * leaf.ScaleG,
                (rightH * leaf.ScaleH) + SplitSettings.Epsilon,
                rightRows,
                settings.L2,
                meta.Monotone);
            if (gain <= bar)
            {
                return;
            }

            IsSplittable = true;
            if (gain > _gain && !(settings.UsesMonotone && leaf.Minimum > leaf.Maximum))
            {
                _gain = gain;
                _threshold = threshold;
                _leftG = leftG;
                _leftH = leftH;
            }
        }

        private readonly void Keep(bool defaultLeft)
        {
            if (_gain > best.Gain + bar)
            {
                best.Threshold = _threshold;
                WriteSides(best, _leftG, _leftH, _rowsPerStep, leaf, settings, settings.L2);
                best.Gain = _gain - bar;
                best.DefaultLeft = defaultLeft;
            }
        }
    }

    /// <summary>Completes both sides from the left side's whole sums.</summary>
    public static void WriteSides(
        SplitCandidate best, double leftG, double leftH, double rowsPerStep, in LeafSums leaf, SplitSettings settings, double l2)
    {
        double rightG = leaf.G - leftG;
        double rightH = leaf.H - leftH;
        best.LeftG = leftG;
        best.LeftH = leftH;
        best.RightG = rightG;
        best.RightH = rightH;
        best.LeftRows = SplitSettings.Round(leftH * rowsPerStep);
        best.RightRows = SplitSettings.Round(rightH * rowsPerStep);
        best.LeftOutput = settings.ChildOutput(leaf, leftG * leaf.ScaleG, leftH * leaf.ScaleH, best.LeftRows, l2);
        best.RightOutput = settings.ChildOutput(leaf, rightG * leaf.ScaleG, rightH * leaf.ScaleH, best.RightRows, l2);
    }
}
