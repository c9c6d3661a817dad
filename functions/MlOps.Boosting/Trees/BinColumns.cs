using System.Runtime.CompilerServices;
using MlOps.Boosting.Binning;
using MlOps.Boosting.Machine;

namespace MlOps.Boosting.Trees;

/// <summary>
/// A second copy of the bins, column by column: dividing a leaf reads one byte a row, and a cache line then holds 64 rows
/// instead of the eight of a tile. Only where the tiles outgrow the processor's cache and the copy stays small.
/// </summary>
internal sealed unsafe class BinColumns : IDisposable
{
    private const long LeastBytes = 1 << 20;
    private const long MostBytes = 64 << 20;
    private const int BlockRows = 4096;

    // Columns begin this far apart in addition to their rows, so that equal rows do not compete for a place in the cache.
    private const int Gap = 320;

    private readonly NativeBuffer<byte> _bins;
    private readonly int[] _first;
    private readonly long _stride;

    private BinColumns(BinTile[] tiles, int rows, Team team)
    {
        _stride = rows + (long)Gap;
        _first = new int[tiles.Length];
        for (int t = 1; t < tiles.Length; t++)
        {
            _first[t] = _first[t - 1] + tiles[t - 1].Width;
        }

        _bins = new NativeBuffer<byte>(_stride * tiles.Sum(tile => tile.Width));
        team.Run((rows + BlockRows - 1) / BlockRows, block =>
        {
            int start = block * BlockRows;
            for (int t = 0; t < tiles.Length; t++)
            {
                Fill(tiles[t], start, Math.Min(rows, start + BlockRows), Column(t, 0), _stride);
            }
        });
    }

    /// <summary>The columns of some tiles; null where they would not pay.</summary>
    public static BinColumns? Create(BinTile[] tiles, int rows, Team team)
    {
        long bytes = rows * tiles.Sum(tile => (long)tile.Width);
        return bytes is >= LeastBytes and <= MostBytes && !tiles.Any(tile => tile.IsWide) ? new BinColumns(tiles, rows, team) : null;
    }

    /// <summary>A column: one byte a row; readable some bytes behind the last row.</summary>
    public byte* Column(int tile, int position) => _bins.Pointer + ((_first[tile] + position) * _stride);

    public void Dispose() => _bins.Dispose();

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Fill(BinTile tile, nint start, nint end, byte* columns, long stride)
    {
        byte* data = tile.Data.Pointer;
        for (int c = 0; c < tile.Width; c++)
        {
            byte* column = columns + (c * stride);
            for (nint row = start; row < end; row++)
            {
                column[row] = data[(row * BinTile.Stride) + c];
            }
        }
    }
}
