using MlOps.Boosting.Binning;

namespace MlOps.Boosting.Kernels;

/// <summary>Divides rows by a split, keeping their order on either side.</summary>
/// <remarks>
/// Without branches: every row is written to both outputs, and only the output it belongs to moves on.
/// <code>
/// rows    2 3 5 7 9      goes left?  y n y y n
/// left    2 5 7          right       3 9
/// </code>
/// </remarks>
internal static unsafe class PartitionKernel
{
    /// <param name="tile">Tile of the split's column.</param>
    /// <param name="position">Column in the tile.</param>
    /// <param name="rows">Rows to divide.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="goesLeft">For each stored value 1 for left, 0 for right.</param>
    /// <param name="left">Receives the rows of the left side; room for <paramref name="count"/>; may be <paramref name="rows"/> itself.</param>
    /// <param name="right">Receives the rows of the right side; room for <paramref name="count"/>.</param>
    /// <returns>Number of rows on the left.</returns>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.AggressiveOptimization)]
    public static int Divide(BinTile tile, int position, int* rows, int count, byte* goesLeft, int* left, int* right)
    {
        byte* column = tile.Data.Pointer + (tile.IsWide ? 2 * position : position);
        int l = 0;
        int r = 0;
        if (tile.IsWide)
        {
            for (int i = 0; i < count; i++)
            {
                int row = rows[i];
                int side = goesLeft[*(ushort*)(column + ((long)row * BinTile.Stride))];
                left[l] = row;
                right[r] = row;
                l += side;
                r += 1 - side;
            }
        }
        else
        {
            for (int i = 0; i < count; i++)
            {
                HistogramKernel.Prefetch(column + ((long)rows[i + HistogramKernel.PrefetchDistance] * BinTile.Stride));
                int row = rows[i];
                int side = goesLeft[column[(long)row * BinTile.Stride]];
                left[l] = row;
                right[r] = row;
                l += side;
                r += 1 - side;
            }
        }

        return l;
    }
}
