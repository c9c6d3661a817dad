using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Trees;

namespace MlOps.Boosting.Kernels;

/// <summary>
/// The split search of <see cref="NumericSplitter"/> for trainings whose gain is g²/(h + λ₂), four candidates at a time.
/// The sums run bin by bin, so they are the same numbers; only the gains, which do not depend on each other, are
/// vectors. Bins without rows are passed over: their candidate equals the one before and could not win.
/// </summary>
/// <remarks>
/// A pass over the bins writes the running sums of one side, one entry a candidate, in scan order:
/// <code>
/// bins      254   253   (252 empty)   251  …
/// sums       s1    s2                  s3
/// thresholds 253   252                 250
/// </code>
/// The scan's rules then become masks: a candidate whose near side is too small is skipped; the first one whose far side
/// is too small ends the scan.
/// </remarks>
internal sealed unsafe class PlainSplitKernel : IDisposable
{
    private const int Lanes = 4;

    private readonly NativeBuffer<double> _sums;
    private readonly NativeBuffer<double> _otherSums;
    private readonly NativeBuffer<int> _rows;
    private readonly NativeBuffer<int> _otherRows;
    private readonly NativeBuffer<int> _thresholds;
    private readonly double _l2;
    private readonly double _minHessian;
    private readonly int _minRows;
    private readonly double _minGain;
    private readonly SplitSettings _settings;

    /// <param name="settings">Regularisation; must be plain.</param>
    /// <param name="maxBins">Most bins of a feature.</param>
    public PlainSplitKernel(SplitSettings settings, int maxBins)
    {
        _settings = settings;
        _l2 = settings.L2;
        _minHessian = settings.MinHessian;
        _minRows = settings.MinRows;
        _minGain = settings.MinGain;
        int length = maxBins + (2 * Lanes);
        _sums = new NativeBuffer<double>(2L * length);
        _otherSums = new NativeBuffer<double>(2L * length);
        _rows = new NativeBuffer<int>(length);
        _otherRows = new NativeBuffer<int>(length);
        _thresholds = new NativeBuffer<int>(2L * length);
    }

    /// <summary>
    /// Whether the kernel computes what the plain reading computes. A least hessian above the epsilons keeps empty
    /// sides, and with them divisions by zero, out of the candidates.
    /// </summary>
    public static bool Fits(SplitSettings settings) => settings.IsPlain && settings.MinHessian > 1e-12;

    /// <inheritdoc cref="NumericSplitter.Find"/>
    public bool Find(FeatureMeta meta, double* histogram, in LeafSums leaf, SplitCandidate best)
    {
        var total = new Total(leaf, _l2, _minGain);
        best.Monotone = 0;
        bool twoScans = meta.NumBins > 2 && meta.Missing != MissingKind.None;
        int skip = twoScans && meta.Missing == MissingKind.Zero ? meta.DefaultBin : -1;
        bool leaveOutNaN = twoScans && meta.Missing == MissingKind.NaN;
        int count = SumFromRight(histogram, meta.NumBins - 1 - (leaveOutNaN ? 1 : 0), skip, total);
        bool splittable = Evaluate(count, total, fromRight: true, best);
        if (twoScans)
        {
            count = SumFromLeft(meta, histogram, skip, leaveOutNaN, total);
            splittable |= Evaluate(count, total, fromRight: false, best);
        }
        else if (meta.Missing == MissingKind.NaN)
        {
            best.DefaultLeft = false;
        }

        return splittable;
    }

    /// <summary>
    /// Subtracts the smaller child from its parent and finds the best split of both, for a feature that is scanned once:
    /// the two running sums fill each other's waiting time.
    /// </summary>
    /// <returns>Whether some candidate passed the bar, in the smaller and in the larger child.</returns>
    public (bool Smaller, bool Larger) FindBoth(
        FeatureMeta meta, double* smaller, double* parent, in LeafSums smallLeaf, in LeafSums largeLeaf, SplitCandidate bestSmaller, SplitCandidate bestLarger)
    {
        var small = new Total(smallLeaf, _l2, _minGain);
        var large = new Total(largeLeaf, _l2, _minGain);
        bestSmaller.Monotone = 0;
        bestLarger.Monotone = 0;
        (int smallCount, int largeCount) = SubtractAndSum(smaller, parent, meta.NumBins - 1, small, large);
        bool smallSplits = Evaluate(smallCount, small, true, bestSmaller, _sums.Pointer, _rows.Pointer, _thresholds.Pointer);
        bool largeSplits = Evaluate(largeCount, large, true, bestLarger, _otherSums.Pointer, _otherRows.Pointer, _thresholds.Pointer + _rows.Length);
        if (meta.Missing == MissingKind.NaN)
        {
            bestSmaller.DefaultLeft = false;
            bestLarger.DefaultLeft = false;
        }

        return (smallSplits, largeSplits);
    }

    /// <summary>Whether <see cref="FindBoth"/> applies to the feature.</summary>
    public static bool IsScannedOnce(FeatureMeta meta) => meta.NumBins <= 2 || meta.Missing == MissingKind.None;

    public void Dispose()
    {
        _sums.Dispose();
        _otherSums.Dispose();
        _rows.Dispose();
        _otherRows.Dispose();
        _thresholds.Dispose();
    }

    private readonly struct Total
    {
        public Total(in LeafSums leaf, double l2, double minGain)
        {
            Leaf = leaf with { H = leaf.H + (2 * SplitSettings.Epsilon) };
            G = Leaf.G;
            H = Leaf.H;
            Rows = Leaf.Rows;
            RowsPerHessian = Rows / H;
            Bar = (G * G / (H + l2)) + minGain;
        }

        public LeafSums Leaf { get; }

        public double G { get; }

        public double H { get; }

        public int Rows { get; }

        public double RowsPerHessian { get; }

        public double Bar { get; }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SumFromRight(double* histogram, int lastBin, int skip, in Total total)
    {
        double* sums = _sums.Pointer;
        int* rows = _rows.Pointer;
        int* thresholds = _thresholds.Pointer;
        Vector128<double> sum = Vector128.Create(0, SplitSettings.Epsilon);
        double factor = total.RowsPerHessian;
        int counted = 0;
        int n = 0;
        for (int bin = lastBin; bin >= 1; bin--)
        {
            Vector128<double> pair = Vector128.Load(histogram + (2 * bin));
            if (bin == skip)
            {
                continue;
            }

            sum += pair;
            counted += (int)((pair[1] * factor) + 0.5);
            sum.Store(sums + (2 * n));
            rows[n] = counted;
            thresholds[n] = bin - 1;
            n += pair == Vector128<double>.Zero ? 0 : 1;
        }

        return n;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int SumFromLeft(FeatureMeta meta, double* histogram, int skip, bool leaveOutNaN, in Total total)
    {
        double* sums = _sums.Pointer;
        int* rows = _rows.Pointer;
        int* thresholds = _thresholds.Pointer;
        Vector128<double> sum = Vector128.Create(0, SplitSettings.Epsilon);
        double factor = total.RowsPerHessian;
        int counted = 0;
        int n = 0;
        int bin = meta.FirstBin;
        if (leaveOutNaN && bin == 1)
        {
            // Bin 0 is what the other bins leave, and the first candidate.
            sum = Vector128.Create(total.G, total.H - SplitSettings.Epsilon);
            counted = total.Rows;
            for (int other = 1; other < meta.NumBins; other++)
            {
                Vector128<double> pair = Vector128.Load(histogram + (2 * other));
                sum -= pair;
                counted -= (int)((pair[1] * factor) + 0.5);
            }

            sum.Store(sums);
            rows[0] = counted;
            thresholds[0] = 0;
            n = 1;
        }

        for (; bin <= meta.NumBins - 2; bin++)
        {
            if (bin == skip)
            {
                continue;
            }

            Vector128<double> pair = Vector128.Load(histogram + (2 * bin));
            sum += pair;
            counted += (int)((pair[1] * factor) + 0.5);
            sum.Store(sums + (2 * n));
            rows[n] = counted;
            thresholds[n] = bin;
            n += pair == Vector128<double>.Zero ? 0 : 1;
        }

        return n;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (int Smaller, int Larger) SubtractAndSum(double* smaller, double* parent, int lastBin, in Total small, in Total large)
    {
        double* sums = _sums.Pointer;
        double* otherSums = _otherSums.Pointer;
        int* rows = _rows.Pointer;
        int* otherRows = _otherRows.Pointer;
        int* thresholds = _thresholds.Pointer;
        int* otherThresholds = _thresholds.Pointer + _rows.Length;
        Vector128<double> sum = Vector128.Create(0, SplitSettings.Epsilon);
        Vector128<double> otherSum = sum;
        double factor = small.RowsPerHessian;
        double otherFactor = large.RowsPerHessian;
        int counted = 0;
        int otherCounted = 0;
        int n = 0;
        int m = 0;
        for (int bin = lastBin; bin >= 1; bin--)
        {
            Vector128<double> pair = Vector128.Load(smaller + (2 * bin));
            Vector128<double> other = Vector128.Load(parent + (2 * bin)) - pair;
            other.Store(parent + (2 * bin));
            sum += pair;
            otherSum += other;
            counted += (int)((pair[1] * factor) + 0.5);
            otherCounted += (int)((other[1] * otherFactor) + 0.5);
            sum.Store(sums + (2 * n));
            otherSum.Store(otherSums + (2 * m));
            rows[n] = counted;
            otherRows[m] = otherCounted;
            thresholds[n] = bin - 1;
            otherThresholds[m] = bin - 1;
            n += pair == Vector128<double>.Zero ? 0 : 1;
            m += other == Vector128<double>.Zero ? 0 : 1;
        }

        (Vector128.Load(parent) - Vector128.Load(smaller)).Store(parent);
        return (n, m);
    }

    private bool Evaluate(int count, in Total total, bool fromRight, SplitCandidate best) =>
        Evaluate(count, total, fromRight, best, _sums.Pointer, _rows.Pointer, _thresholds.Pointer);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool Evaluate(int count, in Total total, bool fromRight, SplitCandidate best, double* sums, int* rows, int* thresholds)
    {
        Vector256<double> bestGain = Vector256.Create(double.NegativeInfinity);
        Vector256<double> bestPlace = Vector256.Create(-1.0);
        Vector256<double> bar = Vector256.Create(total.Bar);
        Vector256<double> totalG = Vector256.Create(total.G);
        Vector256<double> totalH = Vector256.Create(total.H);
        Vector256<double> l2 = Vector256.Create(_l2);
        Vector256<double> minHessian = Vector256.Create(_minHessian);
        Vector128<int> totalRows = Vector128.Create(total.Rows);
        Vector128<int> minRows = Vector128.Create(_minRows);

        // Unpacking pairs leaves the lanes in the order 0 2 1 3.
        Vector256<double> place = Vector256.Create(0.0, 2.0, 1.0, 3.0);
        Vector256<double> step = Vector256.Create((double)Lanes);
        Vector256<double> end = Vector256.Create((double)count);
        for (int j = 0; j < count; j += Lanes)
        {
            Vector256<double> first = Vector256.Load(sums + (2 * j));
            Vector256<double> second = Vector256.Load(sums + (2 * j) + 4);
            Vector256<double> nearG = UnpackLow(first, second);
            Vector256<double> nearH = UnpackHigh(first, second);
            Vector128<int> nearRows = Vector128.Shuffle(Vector128.Load(rows + j), Vector128.Create(0, 2, 1, 3));
            Vector256<double> farH = totalH - nearH;
            Vector128<int> farRows = totalRows - nearRows;
            Vector256<double> nearFits = Vector256.GreaterThanOrEqual(nearH, minHessian)
                & Widen(Vector128.GreaterThanOrEqual(nearRows, minRows))
                & Vector256.LessThan(place, end);
            Vector256<double> farFits = Vector256.GreaterThanOrEqual(farH, minHessian)
                & Widen(Vector128.GreaterThanOrEqual(farRows, minRows));
            Vector256<double> fits = nearFits & farFits;
            uint stops = Vector256.AndNot(nearFits, farFits).ExtractMostSignificantBits();
            if (stops != 0)
            {
                // The first candidate in scan order with too small a far side, and all behind it, are out.
                fits &= Vector256.LessThan(place, Vector256.Create((double)(j + FirstInScanOrder(stops))));
            }

            Vector256<double> farG = totalG - nearG;
            Vector256<double> gain = (farG * farG / (farH + l2)) + (nearG * nearG / (nearH + l2));
            Vector256<double> better = fits & Vector256.GreaterThan(gain, bar) & Vector256.GreaterThan(gain, bestGain);
            bestGain = Vector256.ConditionalSelect(better, gain, bestGain);
            bestPlace = Vector256.ConditionalSelect(better, place, bestPlace);
            place += step;
            if (stops != 0)
            {
                break;
            }
        }

        return Keep(bestGain, bestPlace, total, fromRight, best, sums, rows, thresholds);
    }

    private bool Keep(Vector256<double> gains, Vector256<double> places, in Total total, bool fromRight, SplitCandidate best, double* sums, int* rows, int* thresholds)
    {
        double gain = double.NegativeInfinity;
        int place = -1;
        for (int lane = 0; lane < Lanes; lane++)
        {
            bool earlier = gains[lane] == gain && places[lane] < place;
            if (places[lane] >= 0 && (gains[lane] > gain || earlier))
            {
                gain = gains[lane];
                place = (int)places[lane];
            }
        }

        if (place < 0)
        {
            return false;
        }

        if (gain > best.Gain + total.Bar)
        {
            double nearG = sums[2 * place];
            double nearH = sums[(2 * place) + 1];
            double leftG = fromRight ? total.G - nearG : nearG;
            double leftH = fromRight ? total.H - nearH : nearH;
            int leftRows = fromRight ? total.Rows - rows[place] : rows[place];
            NumericSplitter.WriteSplit(best, thresholds[place], leftG, leftH, leftRows, gain - total.Bar, fromRight, total.Leaf, _settings);
        }

        return true;
    }

    private static int FirstInScanOrder(uint stops)
    {
        // Lanes 0 2 1 3 hold the candidates 0 1 2 3.
        if ((stops & 1) != 0)
        {
            return 0;
        }

        if ((stops & 4) != 0)
        {
            return 1;
        }

        return (stops & 2) != 0 ? 2 : 3;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<double> Widen(Vector128<int> mask) =>
        Vector256.Create(Vector128.WidenLower(mask), Vector128.WidenUpper(mask)).AsDouble();

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
