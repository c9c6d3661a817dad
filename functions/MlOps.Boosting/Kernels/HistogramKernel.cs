using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Kernels;

/// <summary>
/// Adds rows to the histograms of a tile. For each row and column: entry[bin] += (gradient, hessian), as one 128-bit
/// addition of two doubles. Rows are added in the order given, so the sums do not depend on who runs the kernel.
/// </summary>
internal static unsafe class HistogramKernel
{
    /// <summary>Rows by which memory is asked for ahead; the row list must be readable so far behind its end.</summary>
    public const int PrefetchDistance = 16;

    /// <summary>Clears the tile's part of a histogram and adds rows to it.</summary>
    /// <param name="tile">Columns.</param>
    /// <param name="rows">Row indices, or null for the rows 0 … <paramref name="count"/> - 1.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="gradients">Pairs (gradient, hessian), by row.</param>
    /// <param name="histogram">Histogram of all columns of the data set.</param>
    public static void Build(BinTile tile, int* rows, int count, float* gradients, double* histogram)
    {
        int first = tile.HistogramStarts[0];
        Unsafe.InitBlock(histogram + (2L * first), 0, (uint)tile.HistogramEntries * 16u);
        double** starts = stackalloc double*[8];
        for (int c = 0; c < 8; c++)
        {
            starts[c] = histogram + (2L * tile.HistogramStarts[Math.Min(c, tile.Width - 1)]);
        }

        byte* data = tile.Data.Pointer;
        if (tile.IsWide)
        {
            AddWide(data, tile.Width, rows, count, gradients, starts);
            return;
        }

        switch (tile.Width)
        {
            case 1:
                Add<One>(data, rows, count, gradients, starts);
                break;
            case 2:
                Add<Two>(data, rows, count, gradients, starts);
                break;
            case 3:
                Add<Three>(data, rows, count, gradients, starts);
                break;
            case 4:
                Add<Four>(data, rows, count, gradients, starts);
                break;
            case 5:
                Add<Five>(data, rows, count, gradients, starts);
                break;
            case 6:
                Add<Six>(data, rows, count, gradients, starts);
                break;
            case 7:
                Add<Seven>(data, rows, count, gradients, starts);
                break;
            default:
                Add<Eight>(data, rows, count, gradients, starts);
                break;
        }
    }

    // One copy of the loop for each width: TWidth.Value is a constant to the compiler, which drops the dead columns.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TWidth>(byte* data, int* rows, int count, float* gradients, double** starts)
        where TWidth : struct, IWidth
    {
        double* h0 = starts[0];
        double* h1 = starts[1];
        double* h2 = starts[2];
        double* h3 = starts[3];
        double* h4 = starts[4];
        double* h5 = starts[5];
        double* h6 = starts[6];
        double* h7 = starts[7];
        for (int i = 0; i < count; i++)
        {
            long row = i;
            if (rows is not null)
            {
                row = rows[i];
                long ahead = rows[i + PrefetchDistance];
                Prefetch(data + (ahead * BinTile.Stride));
                Prefetch(gradients + (2 * ahead));
            }

            ulong bins = *(ulong*)(data + (row * BinTile.Stride));
            Vector128<double> pair = Widen(gradients + (2 * row));
            AddPair(h0, (uint)bins & 0xFF, pair);
            if (TWidth.Value > 1)
            {
                AddPair(h1, (uint)(bins >> 8) & 0xFF, pair);
            }

            if (TWidth.Value > 2)
            {
                AddPair(h2, (uint)(bins >> 16) & 0xFF, pair);
            }

            if (TWidth.Value > 3)
            {
                AddPair(h3, (uint)(bins >> 24) & 0xFF, pair);
            }

            if (TWidth.Value > 4)
            {
                AddPair(h4, (uint)(bins >> 32) & 0xFF, pair);
            }

            if (TWidth.Value > 5)
            {
                AddPair(h5, (uint)(bins >> 40) & 0xFF, pair);
            }

            if (TWidth.Value > 6)
            {
                AddPair(h6, (uint)(bins >> 48) & 0xFF, pair);
            }

            if (TWidth.Value > 7)
            {
                AddPair(h7, (uint)(bins >> 56), pair);
            }
        }
    }

    private static void AddWide(byte* data, int width, int* rows, int count, float* gradients, double** starts)
    {
        for (int i = 0; i < count; i++)
        {
            long row = rows is null ? i : rows[i];
            ushort* bins = (ushort*)(data + (row * BinTile.Stride));
            Vector128<double> pair = Widen(gradients + (2 * row));
            for (int c = 0; c < width; c++)
            {
                AddPair(starts[c], bins[c], pair);
            }
        }
    }

    /// <summary>Asks the memory for an address that will be read soon, where the machine can.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(void* address)
    {
        if (System.Runtime.Intrinsics.X86.Sse.IsSupported)
        {
            System.Runtime.Intrinsics.X86.Sse.Prefetch0(address);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Widen(float* pair) =>
        Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(double*)pair).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddPair(double* histogram, uint bin, Vector128<double> pair)
    {
        double* entry = histogram + (2UL * bin);
        (Vector128.Load(entry) + pair).Store(entry);
    }

    private interface IWidth
    {
        static abstract int Value { get; }
    }

    private readonly struct One : IWidth
    {
        public static int Value => 1;
    }

    private readonly struct Two : IWidth
    {
        public static int Value => 2;
    }

    private readonly struct Three : IWidth
    {
        public static int Value => 3;
    }

    private readonly struct Four : IWidth
    {
        public static int Value => 4;
    }

    private readonly struct Five : IWidth
    {
        public static int Value => 5;
    }

    private readonly struct Six : IWidth
    {
        public static int Value => 6;
    }

    private readonly struct Seven : IWidth
    {
        public static int Value => 7;
    }

    private readonly struct Eight : IWidth
    {
        public static int Value => 8;
    }
}
