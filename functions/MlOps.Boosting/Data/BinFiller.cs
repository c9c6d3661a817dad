using System.Runtime.CompilerServices;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Kernels;
using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Data;

/// <summary>Writes the bins of raw columns into tiles.</summary>
internal static unsafe class BinFiller
{
    private const int BlockRows = 4096;

    /// <param name="tiles">Tiles to fill; all zero.</param>
    /// <param name="layout">Where the used features lie.</param>
    /// <param name="mappers">Bins of the used features.</param>
    /// <param name="columns">Raw values of the used features.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="team">Threads.</param>
    /// <returns>Whether a row has values in several features of a shared column, of which only the last one is kept.</returns>
    public static bool Fill(BinTile[] tiles, BinLayout layout, IReadOnlyList<BinMapper> mappers, IReadOnlyList<FeatureColumn> columns, int rows, Team team)
    {
        bool overwrote = false;
        int blocks = (rows + BlockRows - 1) / BlockRows;
        RankedBins?[] ranked = [.. mappers.Select(RankedBins.Create)];
        team.Run(blocks, block =>
        {
            int start = block * BlockRows;
            int count = Math.Min(BlockRows, rows - start);
            var buffer = new double[BlockRows];
            var positions = new int[BlockRows];
            for (int feature = 0; feature < columns.Count; feature++)
            {
                ReadOnlySpan<double> values = columns[feature].Block(start, count, buffer);
                FeatureSlot slot = layout.Slots[feature];
                if (FillBlock(tiles[slot.Tile], slot, mappers[feature], ranked[feature], values, positions, start))
                {
                    Volatile.Write(ref overwrote, true);
                }
            }
        });
        return overwrote;
    }

    // What a tile holds before it is filled is right for rows at zero, where zero's bin is the one that is stored as 0.
    private static bool FillBlock(BinTile tile, FeatureSlot slot, BinMapper mapper, RankedBins? ranked, ReadOnlySpan<double> values, int[] positions, int start)
    {
        int stored = slot.IsShared ? mapper.MostFrequentBin : 0;
        if (mapper.DefaultBin != stored)
        {
            return FillAll(tile, slot, mapper, ranked, values, start);
        }

        int found = NonZeroKernel.Find(values, positions);
        return found > values.Length / 2
            ? FillAll(tile, slot, mapper, ranked, values, start)
            : FillListed(tile, slot, mapper, values, positions.AsSpan(0, found), start);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FillListed(BinTile tile, FeatureSlot slot, BinMapper mapper, ReadOnlySpan<double> values, ReadOnlySpan<int> positions, int start)
    {
        bool overwrote = false;
        foreach (int i in positions)
        {
            overwrote |= FillCell(tile, slot, mapper, values[i], start + i);
        }

        return overwrote;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FillAll(BinTile tile, FeatureSlot slot, BinMapper mapper, RankedBins? ranked, ReadOnlySpan<double> values, int start)
    {
        if (!slot.IsShared && !tile.IsWide && ranked is not null)
        {
            ranked.Write(values, tile.Data.Pointer + ((long)start * BinTile.Stride) + slot.Position);
            return false;
        }

        bool overwrote = false;
        for (int i = 0; i < values.Length; i++)
        {
            overwrote |= FillCell(tile, slot, mapper, values[i], start + i);
        }

        return overwrote;
    }

    // In a shared column a later feature overwrites an earlier one, as in LightGBM; whether it did.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool FillCell(BinTile tile, FeatureSlot slot, BinMapper mapper, double value, int row)
    {
        int bin = mapper.ValueToBin(value);
        if (!slot.IsShared)
        {
            tile.Set(row, slot.Position, bin);
            return false;
        }

        if (bin == mapper.MostFrequentBin)
        {
            return false;
        }

        bool overwrote = tile.Get(row, slot.Position) != 0;
        tile.Set(row, slot.Position, slot.Start + bin);
        return overwrote;
    }
}
