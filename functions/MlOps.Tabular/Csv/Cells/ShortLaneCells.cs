using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MlOps.Tabular;

/// <summary>Reads the cells of one column of one block as numbers of eight characters at most (<see cref="ShortNumberLanes"/>).</summary>
internal sealed class ShortLaneCells(WholeNumbers numbers)
{
    private static readonly long[] WholePowers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

    private ulong[] _points = [];

    /// <summary>Reads the column; <see langword="null"/> when some cell is of another form, be it a number or not.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)] // a hot loop of its own, with the registers to itself, quick from its first call
    public NumberChunk? Parse(in BlockRows rows, ColumnPlan plan)
    {
        numbers.Reserve(rows.Count);
        if (_points.Length < numbers.Values.Length)
        {
            _points = new ulong[numbers.Values.Length];
        }

        ref var text = ref rows.Text;
        ref var before = ref rows.Grid.Ends(plan.Source - 1);
        ref var ends = ref rows.Grid.Ends(plan.Source);
        ref var whole = ref MemoryMarshal.GetArrayDataReference(numbers.Values);
        ref var points = ref MemoryMarshal.GetArrayDataReference(_points);
        var lanes = default(ShortNumberLanes);
        for (nint r = 0; r < rows.Count; r += 8)
        {
            lanes.Read(ref text, ref Unsafe.Add(ref before, r), ref Unsafe.Add(ref ends, r));
            lanes.Whole.StoreUnsafe(ref Unsafe.Add(ref whole, r));
            lanes.Points.StoreUnsafe(ref Unsafe.Add(ref points, r));
        }

        return lanes.AllRegular ? Pack(rows.Count, plan.Declared is null, lanes.AllPoints, lanes.AllPointsBeforeZero, lanes.Magnitudes) : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private NumberChunk Pack(int rows, bool keepForms, ulong points, ulong pointsBeforeZero, ulong magnitudes)
    {
        var most = BitOperations.Log2(points) / 8;
        var least = points == 0 ? most : BitOperations.TrailingZeroCount(points) / 8;
        var spread = new DecimalSpread(most, least, BitOperations.Log2(pointsBeforeZero) / 8);
        if (least < most)
        {
            magnitudes = Scale(rows, most);
        }

        var width = NumberChunk.WidthOf(magnitudes);
        if (keepForms && spread.Notes(width))
        {
            for (var r = 0; r < rows; r++)
            {
                numbers.Decimals[r] = (byte)(BitOperations.Log2(_points[r]) / 8);
            }
        }

        return numbers.Pack(rows, width, spread, keepForms);
    }

    /// <summary>Brings all to the most decimals, below 10^15; returns the bits of the magnitudes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private ulong Scale(int rows, int most)
    {
        ref var values = ref MemoryMarshal.GetArrayDataReference(numbers.Values);
        ref var points = ref MemoryMarshal.GetArrayDataReference(_points);
        var powers = Vector512.LoadUnsafe(ref WholePowers[0]);
        var absent = Vector512.Create(NumberLanes.Missing);
        var bits = Vector512<long>.Zero;
        for (nint r = 0; r < rows; r += 8)
        {
            var whole = Vector512.LoadUnsafe(ref Unsafe.Add(ref values, r));
            // The leading zeros of a point's byte are 63, 55, 47 … for 0, 1, 2 … decimals.
            var shift = (Avx512CD.LeadingZeroCount(Vector512.LoadUnsafe(ref Unsafe.Add(ref points, r))).AsInt64() - Vector512.Create(63L - (8 * most))) >>> 3;
            var scaled = Avx512F.Multiply(whole.AsInt32(), Avx512F.PermuteVar8x64(powers, shift).AsInt32());
            var missing = Vector512.Equals(whole, absent);
            bits |= Vector512.AndNot(Vector512.Abs(scaled), missing);
            Vector512.ConditionalSelect(missing, whole, scaled).StoreUnsafe(ref Unsafe.Add(ref values, r));
        }

        var all = 0UL;
        for (var i = 0; i < 8; i++)
        {
            all |= (ulong)bits[i];
        }

        return all;
    }
}
