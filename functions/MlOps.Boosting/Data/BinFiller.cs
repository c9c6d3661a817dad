using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Data;

/// <summary>Writes the bins of raw columns into tiles.</summary>
internal static class BinFiller
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
        team.Run(blocks, block =>
        {
            int start = block * BlockRows;
            int count = Math.Min(BlockRows, rows - start);
            var values = new double[count];
            for (int feature = 0; feature < columns.Count; feature++)
            {
                columns[feature].CopyTo(start, values);
                FeatureSlot slot = layout.Slots[feature];
                if (FillBlock(tiles[slot.Tile], slot, mappers[feature], values, start))
                {
                    Volatile.Write(ref overwrote, true);
                }
            }
        });
        return overwrote;
    }

    // In a shared column a later feature overwrites an earlier one, as in LightGBM.
    private static bool FillBlock(BinTile tile, FeatureSlot slot, BinMapper mapper, double[] values, int start)
    {
        bool overwrote = false;
        if (slot.IsShared)
        {
            for (int i = 0; i < values.Length; i++)
            {
                int bin = mapper.ValueToBin(values[i]);
                if (bin != mapper.MostFrequentBin)
                {
                    overwrote |= tile.Get(start + i, slot.Position) != 0;
                    tile.Set(start + i, slot.Position, slot.Start + bin);
                }
            }
        }
        else
        {
            for (int i = 0; i < values.Length; i++)
            {
                tile.Set(start + i, slot.Position, mapper.ValueToBin(values[i]));
            }
        }

        return overwrote;
    }
}
