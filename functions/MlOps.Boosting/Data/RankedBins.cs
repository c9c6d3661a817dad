using System.Runtime.CompilerServices;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Kernels;

namespace MlOps.Boosting.Data;

/// <summary>The bins of a numeric feature that fit into a byte, found for 64 values at a time: a value's bin is its rank among the bounds.</summary>
internal sealed unsafe class RankedBins
{
    private readonly double[] _bounds;
    private readonly int _count;
    private readonly MissingKind _missing;
    private readonly byte _missingBin;

    private RankedBins(BinMapper mapper)
    {
        _count = mapper.ValueBins - 1;
        _bounds = new double[PredictionKernel.Thresholds];
        Array.Fill(_bounds, double.PositiveInfinity);
        mapper.UpperBounds.AsSpan(0, _count).CopyTo(_bounds);
        _missing = mapper.Missing;
        _missingBin = (byte)(mapper.NumBins - 1);
    }

    /// <summary>The form of a mapper; <see langword="null"/> for categories and for more bins than a byte tells apart.</summary>
    public static RankedBins? Create(BinMapper mapper) =>
        mapper.IsCategorical || mapper.ValueBins - 1 > PredictionKernel.Thresholds - 2 || mapper.NumBins > 256 ? null : new RankedBins(mapper);

    /// <summary>Writes the bins of consecutive rows into one column of a tile of bytes.</summary>
    /// <param name="values">Values; NaN means missing.</param>
    /// <param name="target">Cell of the first row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Write(ReadOnlySpan<double> values, byte* target)
    {
        const int Rows = PredictionKernel.BlockRows;
        double* block = stackalloc double[Rows];
        byte* codes = stackalloc byte[Rows];
        fixed (double* bounds = _bounds)
        {
            for (int start = 0; start < values.Length; start += Rows)
            {
                int count = Math.Min(Rows, values.Length - start);
                values.Slice(start, count).CopyTo(new Span<double>(block, Rows));
                if (_missing != MissingKind.NaN)
                {
                    PredictionKernel.NaNToZero(block);
                }

                if (_count <= PredictionKernel.FewThresholds)
                {
                    PredictionKernel.RankFew(block, bounds, _count, codes);
                }
                else
                {
                    PredictionKernel.Rank(block, bounds, codes);
                }

                if (_missing == MissingKind.NaN)
                {
                    PredictionKernel.MarkMissing(block, -1, _missingBin, codes);
                }

                byte* cell = target + ((long)start * BinTile.Stride);
                for (nint i = 0; i < count; i++)
                {
                    cell[i * BinTile.Stride] = codes[i];
                }
            }
        }
    }
}
