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
    public const int PrefetchDistance = 24;

    /// <summary>Clears the tile's part of a histogram and adds rows to it.</summary>
    /// <param name="tile">Columns.</param>
    /// <param name="rows">Row indices, or null for the rows 0 … <paramref name="count"/> - 1.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="gradients">Pairs (gradient, hessian) of the listed rows, in the list's order.</param>
    /// <param name="histogram">Histogram of all columns of the data set.</param>
    public static void Build(BinTile tile, int* rows, int count, float* gradients, double* histogram) =>
        Build(tile, rows, count, gradients, histogram, null);

    /// <summary>As <see cref="Build(BinTile, int*, int, float*, double*)"/> for all rows, and the sum of all pairs in row order.</summary>
    /// <returns>Gradient sum, hessian sum.</returns>
    public static (double G, double H) BuildAndSum(BinTile tile, int count, float* gradients, double* histogram)
    {
        double* total = stackalloc double[2];
        Build(tile, null, count, gradients, histogram, total);
        return (total[0], total[1]);
    }

    /// <summary>Whether <see cref="BuildAndSum"/> can read the tile.</summary>
    public static bool CanSum(BinTile tile) => !tile.IsWide;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Build(BinTile tile, int* rows, int count, float* gradients, double* histogram, double* total)
    {
        int first = tile.HistogramStarts[0];
        Unsafe.InitBlock(histogram + (2L * first), 0, (uint)tile.HistogramEntries * 16u);
        double** starts = stackalloc double*[9];
        for (int c = 0; c < 8; c++)
        {
            starts[c] = histogram + (2L * tile.HistogramStarts[Math.Min(c, tile.Width - 1)]);
        }

        starts[8] = total;
        byte* data = tile.Data.Pointer;
        if (tile.IsWide)
        {
            AddWide(data, tile.Width, rows, count, gradients, starts);
        }
        else if (total is not null)
        {
            Add<SummedRows>(data, tile.Width, rows, count, gradients, starts);
        }
        else if (rows is null)
        {
            Add<AllRows>(data, tile.Width, rows, count, gradients, starts);
        }
        else
        {
            Add<ListedRows>(data, tile.Width, rows, count, gradients, starts);
        }
    }

    /// <summary>The pairs of listed rows, one after the other: what all tiles of a leaf read.</summary>
    /// <param name="rows">Row indices; readable <see cref="PrefetchDistance"/> behind the end.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="gradients">Pairs by row.</param>
    /// <param name="gathered">Receives the pairs.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gather(int* rows, int count, float* gradients, float* gathered)
    {
        ulong* source = (ulong*)gradients;
        ulong* target = (ulong*)gathered;
        for (nint i = 0; i < count; i++)
        {
            Prefetch(source + rows[i + PrefetchDistance]);
            target[i] = source[rows[i]];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TRows>(byte* data, int width, int* rows, int count, float* gradients, double** starts)
        where TRows : struct, IRows
    {
        switch (width)
        {
            case 1:
                Add<One, TRows>(data, rows, count, gradients, starts);
                break;
            case 2:
                Add<Two, TRows>(data, rows, count, gradients, starts);
                break;
            case 3:
                Add<Three, TRows>(data, rows, count, gradients, starts);
                break;
            case 4:
                Add<Four, TRows>(data, rows, count, gradients, starts);
                break;
            case 5:
                Add<Five, TRows>(data, rows, count, gradients, starts);
                break;
            case 6:
                Add<Six, TRows>(data, rows, count, gradients, starts);
                break;
            case 7:
                Add<Seven, TRows>(data, rows, count, gradients, starts);
                break;
            default:
                Add<Eight, TRows>(data, rows, count, gradients, starts);
                break;
        }
    }

    // One copy of the loop for each width and kind of rows: TWidth.Value and TRows.IsList are constants to the compiler,
    // which drops the dead code. A byte b of the bins becomes the offset 16·b of its entry with one shift and one mask.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TWidth, TRows>(byte* data, int* rows, int count, float* gradients, double** starts)
        where TWidth : struct, IWidth
        where TRows : struct, IRows
    {
        byte* h0 = (byte*)starts[0];
        byte* h1 = (byte*)starts[1];
        byte* h2 = (byte*)starts[2];
        byte* h3 = (byte*)starts[3];
        byte* h4 = (byte*)starts[4];
        byte* h5 = (byte*)starts[5];
        byte* h6 = (byte*)starts[6];
        byte* h7 = (byte*)starts[7];
        Vector128<double> sum = Vector128<double>.Zero;
        for (nint i = 0; i < count; i++)
        {
            nint row = i;
            if (TRows.IsList)
            {
                row = rows[i];
                Prefetch(data + ((nint)rows[i + PrefetchDistance] * BinTile.Stride));
            }

            ulong bins = *(ulong*)(data + (row * BinTile.Stride));
            Vector128<double> pair = Widen(gradients + (2 * i));
            AddPair(h0, (bins << 4) & 0xFF0, pair);
            if (TWidth.Value > 1)
            {
                AddPair(h1, (bins >> 4) & 0xFF0, pair);
            }

            if (TWidth.Value > 2)
            {
                AddPair(h2, (bins >> 12) & 0xFF0, pair);
            }

            if (TWidth.Value > 3)
            {
                AddPair(h3, (bins >> 20) & 0xFF0, pair);
            }

            if (TWidth.Value > 4)
            {
                AddPair(h4, (bins >> 28) & 0xFF0, pair);
            }

            if (TWidth.Value > 5)
            {
                AddPair(h5, (bins >> 36) & 0xFF0, pair);
            }

            if (TWidth.Value > 6)
            {
                AddPair(h6, (bins >> 44) & 0xFF0, pair);
            }

            if (TWidth.Value > 7)
            {
                AddPair(h7, (bins >> 52) & 0xFF0, pair);
            }

            if (TRows.AreSummed)
            {
                sum += pair;
            }
        }

        if (TRows.AreSummed)
        {
            sum.Store(starts[8]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddWide(byte* data, int width, int* rows, int count, float* gradients, double** starts)
    {
        for (nint i = 0; i < count; i++)
        {
            nint row = rows is null ? i : rows[i];
            ushort* bins = (ushort*)(data + (row * BinTile.Stride));
            Vector128<double> pair = Widen(gradients + (2 * i));
            for (int c = 0; c < width; c++)
            {
                AddPair((byte*)starts[c], 16UL * bins[c], pair);
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
    private static void AddPair(byte* histogram, ulong offset, Vector128<double> pair)
    {
        double* entry = (double*)(histogram + offset);
        (Vector128.Load(entry) + pair).Store(entry);
    }

    private interface IRows
    {
        static abstract bool IsList { get; }

        static abstract bool AreSummed { get; }
    }

    private readonly struct AllRows : IRows
    {
        public static bool IsList => false;

        public static bool AreSummed => false;
    }

    private readonly struct SummedRows : IRows
    {
        public static bool IsList => false;

        public static bool AreSummed => true;
    }

    private readonly struct ListedRows : IRows
    {
        public static bool IsList => true;

        public static bool AreSummed => false;
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
