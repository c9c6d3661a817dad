using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;
using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Trees;

/// <summary>
/// The split search of <see cref="NumericSplitter"/> for trainings whose gain is g²/(h + λ₂): the same sums, the same
/// gains, the same winner, in a fraction of the time.
/// </summary>
/// <remarks>
/// One pass over the bins writes the running sums of the near side, one entry a candidate, in scan order (candidate j of
/// a scan from the right has the threshold lastBin - 1 - j). What the pass leaves out:
/// <list type="bullet">
/// <item>Row counts. They never fall along the scan, so the candidates with enough rows on both sides are one range,
/// whose ends are found by counting from either end.</item>
/// <item>Divisions. Gains are first estimated in floats, eight at a time; the exact gain is computed only where the
/// estimate reaches the highest one less a margin far above its error.</item>
/// </list>
/// </remarks>
internal sealed unsafe class PlainSplitKernel : IDisposable
{
    private const int Lanes = 8;

    // The estimates are good to about 1e-6; gains below the least limit could leave the range of floats.
    private const double Margin = 1 - 1e-4;
    private const double LeastLimit = 1e-25;

    private readonly NativeBuffer<double> _sums;
    private readonly NativeBuffer<double> _otherSums;
    private readonly NativeBuffer<int> _rows;
    private readonly NativeBuffer<float> _estimates;
    private readonly SplitSettings _settings;
    private readonly double _l2;
    private Total _smaller;
    private Total _larger;

    /// <param name="settings">Regularisation; must be plain.</param>
    /// <param name="maxBins">Most bins of a feature.</param>
    public PlainSplitKernel(SplitSettings settings, int maxBins)
    {
        _settings = settings;
        _l2 = settings.L2;
        long length = 2L * (maxBins + (2 * Lanes));
        _sums = new NativeBuffer<double>(length);
        _otherSums = new NativeBuffer<double>(length);
        _rows = new NativeBuffer<int>(maxBins + Lanes);
        _estimates = new NativeBuffer<float>(maxBins + Lanes);
    }

    /// <summary>
    /// Whether the kernel computes what the plain reading computes. A least hessian well above the epsilons keeps empty
    /// sides, and with them divisions by zero, out of the candidates.
    /// </summary>
    public static bool Fits(SplitSettings settings) => settings.IsPlain && settings.MinHessian > 1e-12 && settings.MinRows > 0;

    /// <summary>Whether one scan, from the right over all bins, decides the feature.</summary>
    public static bool IsScannedOnce(FeatureMeta meta) => meta.NumBins <= 2 || meta.Missing == MissingKind.None;

    /// <summary>Names the leaves whose features are searched next.</summary>
    /// <param name="smaller">Sums of the smaller child, or of the only leaf.</param>
    /// <param name="larger">Sums of the larger child.</param>
    public void Start(in LeafSums smaller, in LeafSums larger)
    {
        _smaller = new Total(smaller, _settings);
        _larger = new Total(larger, _settings);
    }

    /// <summary>Finds the best split of one of the leaves that <see cref="Start"/> named, as <see cref="NumericSplitter.Find"/> does.</summary>
    /// <param name="meta">Feature.</param>
    /// <param name="histogram">Its entries, bin 0 first.</param>
    /// <param name="isLarger">Which leaf.</param>
    /// <param name="worth">Gain below which a split of two bins need not be written.</param>
    /// <param name="best">Receives the split.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool Find(FeatureMeta meta, double* histogram, bool isLarger, double worth, SplitCandidate best)
    {
        ref readonly Total total = ref isLarger ? ref _larger : ref _smaller;
        best.Monotone = 0;
        if (meta.NumBins == 2)
        {
            bool splitsInTwo = EvaluateTwo(Vector128.Load(histogram + 2), total, meta.Penalty, worth, best);
            best.DefaultLeft = best.DefaultLeft && meta.Missing != MissingKind.NaN;
            return splitsInTwo;
        }

        if (IsScannedOnce(meta))
        {
            SumFromRight(histogram, meta.NumBins - 1, -1, _sums.Pointer);
            bool splits = Evaluate(new Scan(_sums.Pointer, histogram, meta.NumBins, 1, meta.NumBins - 1, -1, true, false), total, best);
            best.DefaultLeft = best.DefaultLeft && meta.Missing != MissingKind.NaN;
            return splits;
        }

        bool hasNaN = meta.Missing == MissingKind.NaN;
        int skip = hasNaN ? -1 : meta.DefaultBin;
        int last = meta.NumBins - 1 - (hasNaN ? 1 : 0);
        SumFromRight(histogram, last, skip, _sums.Pointer);
        bool fromRight = Evaluate(new Scan(_sums.Pointer, histogram, meta.NumBins, 1, last, skip, true, false), total, best);
        bool startsWithRest = hasNaN && meta.FirstBin == 1;
        SumFromLeft(meta, histogram, skip, startsWithRest, total, _sums.Pointer);
        var scan = new Scan(_sums.Pointer, histogram, meta.NumBins, meta.FirstBin, meta.NumBins - 2, skip, false, startsWithRest);
        bool fromLeft = Evaluate(scan, total, best);
        return fromRight || fromLeft;
    }

    /// <summary>
    /// Subtracts the smaller child from its parent and finds the best split of both, for a feature that is scanned once:
    /// the two running sums fill each other's waiting time.
    /// </summary>
    /// <returns>Whether some candidate passed the bar, in the smaller and in the larger child.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (bool Smaller, bool Larger) FindBoth(
        FeatureMeta meta, double* smaller, double* parent, double worthSmaller, double worthLarger, SplitCandidate bestSmaller, SplitCandidate bestLarger)
    {
        bestSmaller.Monotone = 0;
        bestLarger.Monotone = 0;
        bool smallSplits;
        bool largeSplits;
        if (meta.NumBins == 2)
        {
            (Vector256.Load(parent) - Vector256.Load(smaller)).Store(parent);
            smallSplits = EvaluateTwo(Vector128.Load(smaller + 2), _smaller, meta.Penalty, worthSmaller, bestSmaller);
            largeSplits = EvaluateTwo(Vector128.Load(parent + 2), _larger, meta.Penalty, worthLarger, bestLarger);
        }
        else
        {
            int last = meta.NumBins - 1;
            SubtractAndSum(smaller, parent, last, _sums.Pointer, _otherSums.Pointer);
            smallSplits = Evaluate(new Scan(_sums.Pointer, smaller, meta.NumBins, 1, last, -1, true, false), _smaller, bestSmaller);
            largeSplits = Evaluate(new Scan(_otherSums.Pointer, parent, meta.NumBins, 1, last, -1, true, false), _larger, bestLarger);
        }

        if (meta.Missing == MissingKind.NaN)
        {
            bestSmaller.DefaultLeft = false;
            bestLarger.DefaultLeft = false;
        }

        return (smallSplits, largeSplits);
    }

    public void Dispose()
    {
        _sums.Dispose();
        _otherSums.Dispose();
        _rows.Dispose();
        _estimates.Dispose();
    }

    /// <summary>The leaf's sums as the scan sees them.</summary>
    private readonly struct Total
    {
        public Total(in LeafSums leaf, SplitSettings settings)
        {
            Leaf = leaf with { H = leaf.H + (2 * SplitSettings.Epsilon) };
            RowsPerHessian = Leaf.Rows / Leaf.H;
            Bar = (Leaf.G * Leaf.G / (Leaf.H + settings.L2)) + settings.MinGain;
        }

        public LeafSums Leaf { get; }

        public double RowsPerHessian { get; }

        public double Bar { get; }
    }

    /// <summary>One scan: its running sums, and which bin each candidate adds.</summary>
    /// <param name="sums">Running sums (g, h) of the near side, by candidate.</param>
    /// <param name="histogram">Entries of the feature.</param>
    /// <param name="numBins">All bins of the feature.</param>
    /// <param name="firstBin">Least bin that is added.</param>
    /// <param name="lastBin">Largest bin that is added.</param>
    /// <param name="skip">Bin that is passed over, or -1.</param>
    /// <param name="fromRight">Direction.</param>
    /// <param name="startsWithRest">Whether candidate 0 is what the other bins leave.</param>
    private readonly ref struct Scan(double* sums, double* histogram, int numBins, int firstBin, int lastBin, int skip, bool fromRight, bool startsWithRest)
    {
        public double* Sums => sums;

        public double* Histogram => histogram;

        public int NumBins => numBins;

        public bool FromRight => fromRight;

        public bool StartsWithRest => startsWithRest;

        public int Count => lastBin - firstBin + 1 - (skip >= firstBin && skip <= lastBin ? 1 : 0) + (startsWithRest ? 1 : 0);

        /// <summary>The bin that a candidate adds to the near side (0 for what the others leave).</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Bin(int candidate)
        {
            if (fromRight)
            {
                int bin = lastBin - candidate;
                return bin <= skip ? bin - 1 : bin;
            }

            int added = firstBin + candidate - (startsWithRest ? 1 : 0);
            return skip >= firstBin && added >= skip ? added + 1 : added;
        }

        public int Threshold(int candidate) => fromRight ? Bin(candidate) - 1 : Bin(candidate);

        /// <summary>Rows of all bins that the scan adds.</summary>
        public int Added(int* rows, int all)
        {
            int added = all;
            for (int bin = 0; bin < firstBin; bin++)
            {
                added -= rows[bin];
            }

            for (int bin = lastBin + 1; bin < numBins; bin++)
            {
                added -= rows[bin];
            }

            return skip >= firstBin && skip <= lastBin ? added - rows[skip] : added;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumFromRight(double* histogram, int lastBin, int skip, double* sums)
    {
        Vector128<double> sum = Vector128.Create(0, SplitSettings.Epsilon);
        for (int bin = lastBin; bin >= 1; bin--)
        {
            if (bin != skip)
            {
                sum += Vector128.Load(histogram + (2 * bin));
                sum.Store(sums);
                sums += 2;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SumFromLeft(FeatureMeta meta, double* histogram, int skip, bool startsWithRest, in Total total, double* sums)
    {
        Vector128<double> sum = Vector128.Create(0, SplitSettings.Epsilon);
        if (startsWithRest)
        {
            sum = Vector128.Create(total.Leaf.G, total.Leaf.H - SplitSettings.Epsilon);
            for (int bin = 1; bin < meta.NumBins; bin++)
            {
                sum -= Vector128.Load(histogram + (2 * bin));
            }

            sum.Store(sums);
            sums += 2;
        }

        for (int bin = meta.FirstBin; bin <= meta.NumBins - 2; bin++)
        {
            if (bin != skip)
            {
                sum += Vector128.Load(histogram + (2 * bin));
                sum.Store(sums);
                sums += 2;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractAndSum(double* smaller, double* parent, int lastBin, double* sums, double* otherSums)
    {
        Vector128<double> sum = Vector128.Create(0, SplitSettings.Epsilon);
        Vector128<double> otherSum = sum;
        for (int bin = lastBin; bin >= 1; bin--)
        {
            Vector128<double> pair = Vector128.Load(smaller + (2 * bin));
            Vector128<double> other = Vector128.Load(parent + (2 * bin)) - pair;
            other.Store(parent + (2 * bin));
            sum += pair;
            otherSum += other;
            sum.Store(sums);
            otherSum.Store(otherSums);
            sums += 2;
            otherSums += 2;
        }

        (Vector128.Load(parent) - Vector128.Load(smaller)).Store(parent);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Evaluate(in Scan scan, in Total total, SplitCandidate best)
    {
        (int from, int end) = RangeWithEnoughRows(scan, total);
        if (from >= end)
        {
            return false;
        }

        int winner = HessiansSuffice(scan, total, from, end)
            ? FindFast(scan.Sums, from, end, total)
            : FindPlainly(scan, from, end, total);
        if (winner < 0)
        {
            return false;
        }

        Keep(scan, winner, total, best);
        return true;
    }

    // Of two bins, as one-hot features have, there is one candidate, whose near side is the second bin.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool EvaluateTwo(Vector128<double> second, in Total total, double penalty, double worth, SplitCandidate best)
    {
        int nearRows = (int)((second[1] * total.RowsPerHessian) + 0.5);
        if (nearRows < _settings.MinRows || total.Leaf.Rows - nearRows < _settings.MinRows)
        {
            return false;
        }

        Vector128<double> near = Vector128.Create(0, SplitSettings.Epsilon) + second;
        double farG = total.Leaf.G - near[0];
        double farH = total.Leaf.H - near[1];
        double gain = (farG * farG / (farH + _l2)) + (near[0] * near[0] / (near[1] + _l2));
        if (near[1] < _settings.MinHessian || farH < _settings.MinHessian || !(gain > total.Bar))
        {
            return false;
        }

        if ((gain - total.Bar) * penalty >= worth)
        {
            NumericSplitter.WriteSplit(best, 0, farG, farH, 0, gain - total.Bar, true, total.Leaf, _settings);
        }

        return true;
    }

    // The candidates with enough rows on both sides: from the first whose near side has them to the last whose far side has.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int From, int End) RangeWithEnoughRows(in Scan scan, in Total total)
    {
        int* rows = _rows.Pointer;
        int all = EstimateRows(scan.Histogram, scan.NumBins, total.RowsPerHessian, rows);
        int count = scan.Count;
        int rest = scan.StartsWithRest ? total.Leaf.Rows - (all - rows[0]) : 0;
        int minimum = _settings.MinRows;
        int near = rest;
        int from = scan.StartsWithRest ? 0 : -1;
        while (near < minimum && from + 1 < count)
        {
            near += rows[scan.Bin(++from)];
        }

        if (near < minimum || from < 0)
        {
            return (0, 0);
        }

        near = rest + scan.Added(rows, all);
        int last = count - 1;
        while (last >= from && total.Leaf.Rows - near < minimum)
        {
            near -= scan.StartsWithRest && last == 0 ? rest : rows[scan.Bin(last)];
            last--;
        }

        return (from, last + 1);
    }

    // Rows of each bin, estimated from its hessian sum, and their sum.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int EstimateRows(double* histogram, int numBins, double rowsPerHessian, int* rows)
    {
        int bin = 0;
        int sum = 0;
        if (System.Runtime.Intrinsics.X86.Avx.IsSupported)
        {
            Vector256<double> factor = Vector256.Create(rowsPerHessian);
            Vector256<double> half = Vector256.Create(0.5);
            Vector128<int> sums = Vector128<int>.Zero;
            for (; bin + 4 <= numBins; bin += 4)
            {
                Vector256<double> h = UnpackHigh(Vector256.Load(histogram + (2 * bin)), Vector256.Load(histogram + (2 * bin) + 4));
                Vector128<int> counts = System.Runtime.Intrinsics.X86.Avx.ConvertToVector128Int32WithTruncation((h * factor) + half);
                Vector128.Shuffle(counts, Vector128.Create(0, 2, 1, 3)).Store(rows + bin);
                sums += counts;
            }

            sum = Vector128.Sum(sums);
        }

        for (; bin < numBins; bin++)
        {
            rows[bin] = (int)((histogram[(2 * bin) + 1] * rowsPerHessian) + 0.5);
            sum += rows[bin];
        }

        return sum;
    }

    // Hessian sums rise along the scan but for the rounding of subtracted entries, which the margin outweighs.
    private bool HessiansSuffice(in Scan scan, in Total total, int from, int end)
    {
        double least = _settings.MinHessian + (1e-9 * total.Leaf.H);
        double near = scan.Sums[(2 * from) + 1];
        double far = total.Leaf.H - scan.Sums[(2 * (end - 1)) + 1];
        return near >= least && far >= least;
    }

    // Every candidate of the range is allowed: only the gains decide. The first of equal gains wins.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindFast(double* sums, int from, int end, in Total total)
    {
        float highest = Estimate(sums, from, end, total);

        // Without a usable estimate every candidate is computed exactly.
        bool usable = total.Bar > LeastLimit && float.IsFinite(highest);
        float limit = usable ? (float)(highest * Margin) : float.NegativeInfinity;
        if (usable && highest < total.Bar * Margin)
        {
            return -1;
        }

        return FindExactly(sums, from, end, limit, total);
    }

    // Writes the gains' estimates and returns the highest; NaN when some sum left the range of floats.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Estimate(double* sums, int from, int end, in Total total)
    {
        float* estimates = _estimates.Pointer;
        Vector256<double> totalG = Vector256.Create(total.Leaf.G);
        Vector256<double> totalH = Vector256.Create(total.Leaf.H + _l2);
        Vector256<double> l2 = Vector256.Create(_l2);
        Vector256<float> highest = Vector256.Create(float.NegativeInfinity);
        int j = from;
        for (; j + Lanes <= end; j += Lanes)
        {
            Vector256<double> a = Vector256.Load(sums + (2 * j));
            Vector256<double> b = Vector256.Load(sums + (2 * j) + 4);
            Vector256<double> c = Vector256.Load(sums + (2 * j) + 8);
            Vector256<double> d = Vector256.Load(sums + (2 * j) + 12);
            Vector256<double> nearG1 = UnpackLow(a, b);
            Vector256<double> nearH1 = UnpackHigh(a, b);
            Vector256<double> nearG2 = UnpackLow(c, d);
            Vector256<double> nearH2 = UnpackHigh(c, d);
            Vector256<double> farG1 = totalG - nearG1;
            Vector256<double> farG2 = totalG - nearG2;
            Vector256<float> near = Vector256.Narrow(nearG1 * nearG1, nearG2 * nearG2) / Vector256.Narrow(nearH1 + l2, nearH2 + l2);
            Vector256<float> far = Vector256.Narrow(farG1 * farG1, farG2 * farG2) / Vector256.Narrow(totalH - nearH1, totalH - nearH2);
            Vector256<float> gain = near + far;
            gain.Store(estimates + j);
            highest = Vector256.Max(highest, gain);
        }

        float best = float.NegativeInfinity;
        for (int lane = 0; lane < Lanes; lane++)
        {
            best = Math.Max(best, highest[lane]);
        }

        for (; j < end; j++)
        {
            estimates[j] = (float)Gain(sums, j, total);
            best = Math.Max(best, estimates[j]);
        }

        return best;
    }

    // The lanes of a group of eight are out of order in the estimates, so a group is computed whole or not at all.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindExactly(double* sums, int from, int end, float limit, in Total total)
    {
        float* estimates = _estimates.Pointer;
        Vector256<float> limits = Vector256.Create(limit);
        double bestGain = total.Bar;
        int winner = -1;
        for (int j = from; j < end; j += Lanes)
        {
            int stop = Math.Min(end, j + Lanes);
            if (stop == j + Lanes && Vector256.LessThanAll(Vector256.Load(estimates + j), limits))
            {
                continue;
            }

            for (int k = j; k < stop; k++)
            {
                double gain = Gain(sums, k, total);
                if (gain > bestGain)
                {
                    bestGain = gain;
                    winner = k;
                }
            }
        }

        return winner;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Gain(double* sums, int candidate, in Total total)
    {
        double nearG = sums[2 * candidate];
        double nearH = sums[(2 * candidate) + 1];
        double farG = total.Leaf.G - nearG;
        return (farG * farG / (total.Leaf.H - nearH + _l2)) + (nearG * nearG / (nearH + _l2));
    }

    // As the plain reading: too small a near side is passed over, too small a far side ends the scan.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int FindPlainly(in Scan scan, int from, int end, in Total total)
    {
        double bestGain = total.Bar;
        int winner = -1;
        for (int j = from; j < end; j++)
        {
            double nearH = scan.Sums[(2 * j) + 1];
            if (nearH < _settings.MinHessian)
            {
                continue;
            }

            double farH = total.Leaf.H - nearH;
            if (farH < _settings.MinHessian)
            {
                break;
            }

            double gain = Gain(scan.Sums, j, total);
            if (gain > bestGain)
            {
                bestGain = gain;
                winner = j;
            }
        }

        return winner;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Keep(in Scan scan, int winner, in Total total, SplitCandidate best)
    {
        double nearG = scan.Sums[2 * winner];
        double nearH = scan.Sums[(2 * winner) + 1];
        double farG = total.Leaf.G - nearG;
        double farH = total.Leaf.H - nearH;
        double gain = Gain(scan.Sums, winner, total);
        if (!(gain > best.Gain + total.Bar))
        {
            return;
        }

        // Without smoothing nothing depends on the estimated rows of the sides: the partition counts the true ones.
        double leftG = scan.FromRight ? farG : nearG;
        double leftH = scan.FromRight ? farH : nearH;
        NumericSplitter.WriteSplit(best, scan.Threshold(winner), leftG, leftH, 0, gain - total.Bar, scan.FromRight, total.Leaf, _settings);
    }

    // Unpacking leaves the lanes in the order 0 2 1 3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> UnpackLow(Vector256<double> a, Vector256<double> b) =>
        System.Runtime.Intrinsics.X86.Avx.IsSupported
            ? System.Runtime.Intrinsics.X86.Avx.UnpackLow(a, b)
            : Vector256.Create(a[0], b[0], a[2], b[2]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> UnpackHigh(Vector256<double> a, Vector256<double> b) =>
        System.Runtime.Intrinsics.X86.Avx.IsSupported
            ? System.Runtime.Intrinsics.X86.Avx.UnpackHigh(a, b)
            : Vector256.Create(a[1], b[1], a[3], b[3]);
}
