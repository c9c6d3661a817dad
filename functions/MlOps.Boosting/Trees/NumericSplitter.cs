using System.Runtime.CompilerServices;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Trees;

/// <summary>
/// Best threshold of a numeric feature, by scanning its histogram from either end. The plain reading of the rules, with
/// every option; the plain kernel is its fast twin for trainings without special options.
/// A histogram entry is a pair: gradient sum, hessian sum.
/// </summary>
internal static unsafe class NumericSplitter
{
    /// <param name="meta">The feature.</param>
    /// <param name="histogram">Its entries, bin 0 first.</param>
    /// <param name="leaf">Sums of the leaf; H as stored, without the two epsilons that this search adds.</param>
    /// <param name="settings">Regularisation.</param>
    /// <param name="best">Receives the split; its gain stays -∞ when there is none.</param>
    /// <returns>Whether some candidate passed the bar. A feature without one is given up for the leaf's descendants.</returns>
    public static bool Find(FeatureMeta meta, double* histogram, in LeafSums leaf, SplitSettings settings, SplitCandidate best)
    {
        LeafSums sums = leaf with { H = leaf.H + (2 * SplitSettings.Epsilon) };
        best.Monotone = meta.Monotone;
        double bar = settings.Gain(sums.G, sums.H, settings.L2, sums.Rows, sums.ParentOutput) + settings.MinGain;
        int threshold = settings.UsesRandomThreshold && meta.NumBins > 2 ? meta.Random.NextInt(0, meta.NumBins - 2) : 0;
        var scan = new Scan(meta, histogram, sums, settings, bar, threshold, best);
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

    private ref struct Scan
    {
        private readonly FeatureMeta _meta;
        private readonly double* _histogram;
        private readonly LeafSums _leaf;
        private readonly SplitSettings _settings;
        private readonly double _bar;
        private readonly int _randomThreshold;
        private readonly SplitCandidate _best;
        private readonly double _rowsPerHessian;

        public Scan(FeatureMeta meta, double* histogram, in LeafSums leaf, SplitSettings settings, double bar, int randomThreshold, SplitCandidate best)
        {
            _meta = meta;
            _histogram = histogram;
            _leaf = leaf;
            _settings = settings;
            _bar = bar;
            _randomThreshold = randomThreshold;
            _best = best;
            _rowsPerHessian = leaf.Rows / leaf.H;
        }

        public bool IsSplittable { get; private set; }

        // Missing values go left.
        public void FromRight(bool skipDefault, bool leaveOutNaN)
        {
            double rightG = 0;
            double rightH = SplitSettings.Epsilon;
            int rightRows = 0;
            var found = new Found { Gain = double.NegativeInfinity };
            for (int bin = _meta.NumBins - 1 - (leaveOutNaN ? 1 : 0); bin >= 1; bin--)
            {
                if (skipDefault && bin == _meta.DefaultBin)
                {
                    continue;
                }

                double h = _histogram[(2 * bin) + 1];
                rightG += _histogram[2 * bin];
                rightH += h;
                rightRows += SplitSettings.Round(h * _rowsPerHessian);
                if (rightRows < _settings.MinRows || rightH < _settings.MinHessian)
                {
                    continue;
                }

                int leftRows = _leaf.Rows - rightRows;
                double leftH = _leaf.H - rightH;
                if (leftRows < _settings.MinRows || leftH < _settings.MinHessian)
                {
                    break;
                }

                if (_settings.UsesRandomThreshold && bin - 1 != _randomThreshold)
                {
                    continue;
                }

                double leftG = _leaf.G - rightG;
                double gain = _settings.SplitGain(_leaf, leftG, leftH, leftRows, rightG, rightH, rightRows, _settings.L2, _meta.Monotone);
                Consider(ref found, gain, bin - 1, leftG, leftH, leftRows);
            }

            Keep(found, true);
        }

        // Missing values go right.
        public void FromLeft(bool skipDefault, bool leaveOutNaN)
        {
            double leftG = 0;
            double leftH = SplitSettings.Epsilon;
            int leftRows = 0;
            var found = new Found { Gain = double.NegativeInfinity };
            int bin = _meta.FirstBin;
            if (leaveOutNaN && bin == 1)
            {
                // Bin 0 is not in the histogram: it is what the other bins leave.
                leftG = _leaf.G;
                leftH = _leaf.H - SplitSettings.Epsilon;
                leftRows = _leaf.Rows;
                for (int other = 1; other < _meta.NumBins; other++)
                {
                    double h = _histogram[(2 * other) + 1];
                    leftG -= _histogram[2 * other];
                    leftH -= h;
                    leftRows -= SplitSettings.Round(h * _rowsPerHessian);
                }

                bin = 0;
            }

            bool addFirst = bin != 0 || _meta.FirstBin == 0;
            for (; bin <= _meta.NumBins - 2; bin++)
            {
                if (skipDefault && bin == _meta.DefaultBin)
                {
                    continue;
                }

                if (bin != 0 || addFirst)
                {
                    double h = _histogram[(2 * bin) + 1];
                    leftG += _histogram[2 * bin];
                    leftH += h;
                    leftRows += SplitSettings.Round(h * _rowsPerHessian);
                }

                if (leftRows < _settings.MinRows || leftH < _settings.MinHessian)
                {
                    continue;
                }

                int rightRows = _leaf.Rows - leftRows;
                double rightH = _leaf.H - leftH;
                if (rightRows < _settings.MinRows || rightH < _settings.MinHessian)
                {
                    break;
                }

                if (_settings.UsesRandomThreshold && bin != _randomThreshold)
                {
                    continue;
                }

                double gain = _settings.SplitGain(_leaf, leftG, leftH, leftRows, _leaf.G - leftG, rightH, rightRows, _settings.L2, _meta.Monotone);
                Consider(ref found, gain, bin, leftG, leftH, leftRows);
            }

            Keep(found, false);
        }

        private void Consider(ref Found found, double gain, int threshold, double leftG, double leftH, int leftRows)
        {
            if (gain <= _bar)
            {
                return;
            }

            IsSplittable = true;
            if (gain > found.Gain)
            {
                if (_settings.UsesMonotone && _leaf.Minimum > _leaf.Maximum)
                {
                    return;
                }

                found = new Found { Any = true, Gain = gain, Threshold = threshold, LeftG = leftG, LeftH = leftH, LeftRows = leftRows };
            }
        }

        private readonly void Keep(in Found found, bool defaultLeft)
        {
            if (found.Any && found.Gain > _best.Gain + _bar)
            {
                WriteSplit(_best, found.Threshold, found.LeftG, found.LeftH, found.LeftRows, found.Gain - _bar, defaultLeft, _leaf, _settings);
            }
        }
    }

    private struct Found
    {
        public bool Any;
        public double Gain;
        public int Threshold;
        public double LeftG;
        public double LeftH;
        public int LeftRows;
    }

    /// <summary>Completes a candidate from the sums of its left side.</summary>
    /// <param name="best">Candidate to fill.</param>
    /// <param name="threshold">Last bin on the left.</param>
    /// <param name="leftG">Gradient sum of the left side.</param>
    /// <param name="leftH">Hessian sum of the left side, its epsilon included.</param>
    /// <param name="leftRows">Estimated rows of the left side.</param>
    /// <param name="gain">Gain above the bar.</param>
    /// <param name="defaultLeft">Whether missing values go left.</param>
    /// <param name="leaf">Sums of the leaf, H with its two epsilons.</param>
    /// <param name="settings">Regularisation.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteSplit(
        SplitCandidate best, int threshold, double leftG, double leftH, int leftRows, double gain, bool defaultLeft, in LeafSums leaf, SplitSettings settings)
    {
        best.Threshold = threshold;
        best.LeftOutput = settings.ChildOutput(leaf, leftG, leftH, leftRows, settings.L2);
        best.LeftRows = leftRows;
        best.LeftG = leftG;
        best.LeftH = leftH - SplitSettings.Epsilon;
        best.RightRows = leaf.Rows - leftRows;
        best.RightOutput = settings.ChildOutput(leaf, leaf.G - leftG, leaf.H - leftH, best.RightRows, settings.L2);
        best.RightG = leaf.G - leftG;
        best.RightH = leaf.H - leftH - SplitSettings.Epsilon;
        best.Gain = gain;
        best.DefaultLeft = defaultLeft;
    }
}
