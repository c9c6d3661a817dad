using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Boosting.Kernels;

/// <summary>A node as the kernel reads it. Offsets are in bytes.</summary>
/// <param name="Codes">Where the codes that the node compares lie.</param>
/// <param name="Left">Where the mask of the left child is written.</param>
/// <param name="Right">Where the mask of the right child is written.</param>
/// <param name="Limit">Codes up to this one go left.</param>
internal readonly record struct CompiledNode(int Codes, int Left, int Right, int Limit);

/// <summary>
/// Prediction of a block of 64 rows from codes of one byte: a node is one comparison of all rows, and which rows are at a
/// node is a mask of 64 bytes.
/// </summary>
internal static unsafe class PredictionKernel
{
    /// <summary>Rows of a block.</summary>
    public const int BlockRows = 64;

    /// <summary>Thresholds of a feature that a code can tell apart, filled up with +∞.</summary>
    public const int Thresholds = 256;

    /// <summary>Up to so many thresholds, comparing each with all values is quicker than searching.</summary>
    public const int FewThresholds = 16;

    // The search for a value's rank takes two steps: one among the last thresholds of the groups, one within a group.
    private const int Group = 16;

    /// <summary>Whether the wide forms are used.</summary>
    public static bool IsWide => Vector512.IsHardwareAccelerated && Avx512BW.IsSupported;

    /// <summary>The leaf of each row.</summary>
    /// <param name="nodes">Nodes of the tree, each behind its parent.</param>
    /// <param name="count">Number of nodes.</param>
    /// <param name="codes">Codes of the block.</param>
    /// <param name="masks">Scratch: one mask for each node, then one for each leaf.</param>
    /// <param name="leaves">Receives the leaves.</param>
    public static void FindLeaves(CompiledNode* nodes, int count, byte* codes, byte* masks, byte* leaves)
    {
        if (IsWide)
        {
            FindLeavesWide(nodes, count, codes, masks, leaves);
        }
        else
        {
            FindLeavesNarrow(nodes, count, codes, masks, leaves);
            FindLeavesNarrow(nodes, count, codes + 32, masks + 32, leaves + 32);
        }
    }

    /// <summary>Which side of a categorical node the rows go, as codes that a limit of 0 tells apart.</summary>
    /// <param name="table">For each code 0 for left, 1 for right.</param>
    /// <param name="codes">Codes of the feature.</param>
    /// <param name="sides">Receives the sides.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LookUp(byte* table, byte* codes, byte* sides)
    {
        for (nint i = 0; i < BlockRows; i++)
        {
            sides[i] = table[codes[i]];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FindLeavesWide(CompiledNode* nodes, int count, byte* codes, byte* masks, byte* leaves)
    {
        Vector512<byte>.AllBitsSet.Store(masks);
        byte* mask = masks;
        for (CompiledNode* end = nodes + count; nodes < end; nodes++)
        {
            Vector512<byte> parent = Vector512.Load(mask);
            Vector512<byte> left = parent & Vector512.LessThanOrEqual(Vector512.Load(codes + nodes->Codes), Vector512.Create((byte)nodes->Limit));
            left.Store(masks + nodes->Left);
            (parent ^ left).Store(masks + nodes->Right);
            mask += BlockRows;
        }

        Vector512<byte> found = Vector512<byte>.Zero;
        Vector512<byte> leaf = Vector512<byte>.Zero;
        for (byte* end = mask + (BlockRows * (count + 1L)); mask < end; mask += BlockRows)
        {
            found |= Vector512.Load(mask) & leaf;
            leaf += Vector512<byte>.One;
        }

        found.Store(leaves);
    }

    /// <summary>The leaves of half a block, in narrower registers.</summary>
    /// <inheritdoc cref="FindLeaves"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void FindLeavesNarrow(CompiledNode* nodes, int count, byte* codes, byte* masks, byte* leaves)
    {
        Vector256<byte>.AllBitsSet.Store(masks);
        byte* mask = masks;
        for (CompiledNode* end = nodes + count; nodes < end; nodes++)
        {
            Vector256<byte> parent = Vector256.Load(mask);
            Vector256<byte> code = Vector256.Load(codes + nodes->Codes);
            Vector256<byte> left = parent & Vector256.Equals(Vector256.Min(code, Vector256.Create((byte)nodes->Limit)), code);
            left.Store(masks + nodes->Left);
            (parent ^ left).Store(masks + nodes->Right);
            mask += BlockRows;
        }

        Vector256<byte> found = Vector256<byte>.Zero;
        Vector256<byte> leaf = Vector256<byte>.Zero;
        for (byte* end = mask + (BlockRows * (count + 1L)); mask < end; mask += BlockRows)
        {
            found |= Vector256.Load(mask) & leaf;
            leaf += Vector256<byte>.One;
        }

        found.Store(leaves);
    }

    /// <summary>Adds each row's leaf value to its score.</summary>
    /// <param name="leaves">Leaf of each row.</param>
    /// <param name="values">Leaf values; at least 32 are readable.</param>
    /// <param name="count">Number of leaves.</param>
    /// <param name="scores">Scores of the block.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddLeafValues(byte* leaves, double* values, int count, double* scores)
    {
        if (!IsWide || count > 32)
        {
            AddLeafValuesOneByOne(leaves, values, scores);
            return;
        }

        // The values lie in four registers; a leaf's number picks one of them.
        Vector512<double> a = Vector512.Load(values);
        Vector512<double> b = Vector512.Load(values + 8);
        Vector512<double> c = Vector512.Load(values + 16);
        Vector512<double> d = Vector512.Load(values + 24);
        for (nint i = 0; i < BlockRows; i += 8)
        {
            Vector512<long> leaf = Avx512F.ConvertToVector512Int64(Vector128.CreateScalarUnsafe(*(ulong*)(leaves + i)).AsByte());
            Vector512<double> low = Avx512F.PermuteVar8x64x2(a, leaf, b);
            Vector512<double> high = Avx512F.PermuteVar8x64x2(c, leaf, d);
            Vector512<double> value = Vector512.ConditionalSelect(Vector512.GreaterThan(leaf, Vector512.Create(15L)).AsDouble(), high, low);
            (Vector512.Load(scores + i) + value).Store(scores + i);
        }
    }

    /// <summary>The plain twin of <see cref="AddLeafValues"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddLeafValuesOneByOne(byte* leaves, double* values, double* scores)
    {
        for (nint i = 0; i < BlockRows; i++)
        {
            scores[i] += values[leaves[i]];
        }
    }

    /// <summary>For each value the number of thresholds below it (0 for NaN).</summary>
    /// <param name="values">Values of the block.</param>
    /// <param name="thresholds">Ascending, <see cref="Thresholds"/> of them, the last two +∞.</param>
    /// <param name="codes">Receives the ranks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rank(double* values, double* thresholds, byte* codes)
    {
        if (!IsWide)
        {
            RankOneByOne(values, thresholds, codes);
            return;
        }

        double* last = stackalloc double[Group];
        for (int i = 0; i < Group; i++)
        {
            last[i] = thresholds[(Group * i) + Group - 1];
        }

        Vector512<double> last1 = Vector512.Load(last);
        Vector512<double> last2 = Vector512.Load(last + 8);
        for (nint i = 0; i < BlockRows; i++)
        {
            Vector512<double> value = Vector512.Create(values[i]);
            int group = Group * CountBelow(last1, last2, value);
            codes[i] = (byte)(group + CountBelow(Vector512.Load(thresholds + group), Vector512.Load(thresholds + group + 8), value));
        }
    }

    /// <summary>As <see cref="Rank"/> for a feature of few thresholds, as a column of zeros and ones has: each is compared with all values.</summary>
    /// <param name="values">Values of the block.</param>
    /// <param name="thresholds">Ascending.</param>
    /// <param name="count">Number of thresholds; at most <see cref="FewThresholds"/>.</param>
    /// <param name="codes">Receives the ranks.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RankFew(double* values, double* thresholds, int count, byte* codes)
    {
        if (!IsWide)
        {
            RankFewOneByOne(values, thresholds, count, codes);
            return;
        }

        for (nint i = 0; i < BlockRows; i += 8)
        {
            Vector512<double> value = Vector512.Load(values + i);
            Vector512<long> rank = Vector512<long>.Zero;
            for (nint k = 0; k < count; k++)
            {
                // A comparison that holds is all ones, which is minus one.
                rank -= Vector512.LessThan(Vector512.Create(thresholds[k]), value).AsInt64();
            }

            *(ulong*)(codes + i) = Avx512F.ConvertToVector128Byte(rank).AsUInt64().ToScalar();
        }
    }

    /// <summary>The plain twin of <see cref="RankFew"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void RankFewOneByOne(double* values, double* thresholds, int count, byte* codes)
    {
        for (nint i = 0; i < BlockRows; i++)
        {
            int rank = 0;
            for (nint k = 0; k < count; k++)
            {
                rank += thresholds[k] < values[i] ? 1 : 0;
            }

            codes[i] = (byte)rank;
        }
    }

    /// <summary>The plain twin of <see cref="Rank"/>: a binary search without branches.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void RankOneByOne(double* values, double* thresholds, byte* codes)
    {
        for (int i = 0; i < BlockRows; i++)
        {
            int rank = 0;
            for (int step = Thresholds / 2; step > 0; step /= 2)
            {
                rank += thresholds[rank + step - 1] < values[i] ? step : 0;
            }

            codes[i] = (byte)rank;
        }
    }

    /// <summary>Replaces the block's NaN by zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void NaNToZero(double* values)
    {
        for (nint i = 0; i < BlockRows; i += 4)
        {
            Vector256<double> value = Vector256.Load(values + i);
            Vector256.ConditionalSelect(Vector256.Equals(value, value), value, Vector256<double>.Zero).Store(values + i);
        }
    }

    /// <summary>Writes a code over those of the block's missing values.</summary>
    /// <param name="values">Values of the block.</param>
    /// <param name="zero">Largest distance from zero that is missing too; negative where only NaN is.</param>
    /// <param name="code">Code of a missing value.</param>
    /// <param name="codes">Codes of the block.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MarkMissing(double* values, double zero, byte code, byte* codes)
    {
        Vector256<double> limit = Vector256.Create(zero);
        for (nint i = 0; i < BlockRows; i += 4)
        {
            // Not above the limit holds for NaN too.
            uint missing = ~Vector256.GreaterThan(Vector256.Abs(Vector256.Load(values + i)), limit).ExtractMostSignificantBits() & 0xF;
            for (; missing != 0; missing &= missing - 1)
            {
                codes[i + System.Numerics.BitOperations.TrailingZeroCount(missing)] = code;
            }
        }
    }

    /// <summary>Codes plus one; 255 becomes 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Shift(byte* codes, byte* shifted)
    {
        for (nint i = 0; i < BlockRows; i += 32)
        {
            (Vector256.Load(codes + i) + Vector256<byte>.One).Store(shifted + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountBelow(Vector512<double> a, Vector512<double> b, Vector512<double> value)
    {
        ulong below = Vector512.LessThan(a, value).ExtractMostSignificantBits() | (Vector512.LessThan(b, value).ExtractMostSignificantBits() << 8);
        return System.Numerics.BitOperations.PopCount(below);
    }
}
