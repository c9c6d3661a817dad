using System.Numerics;
using System.Runtime.CompilerServices;

namespace MlOps.Tabular;

/// <summary>Texts of one block, coded by a dictionary of the block's own, in the narrowest array that keeps the codes: 0 = missing, else one more than the place in the dictionary.</summary>
internal sealed class TextChunk : ColumnChunk
{
    private readonly SlabPiece _codes;
    private readonly int _width;

    /// <param name="codes">By row the place in <paramref name="categories"/>, -1 = missing.</param>
    /// <param name="categories">The distinct texts.</param>
    /// <param name="slab">Where the codes will stand.</param>
    public TextChunk(ReadOnlySpan<int> codes, string[] categories, Slab slab)
    {
        Categories = categories;
        _width = categories.Length <= byte.MaxValue ? 1 : categories.Length <= ushort.MaxValue ? 2 : 4;
        _codes = slab.Take(_width, codes.Length);
        switch (_width)
        {
            case 1: Narrow(codes, _codes.As<byte>()); break;
            case 2: Narrow(codes, _codes.As<ushort>()); break;
            default: Narrow(codes, _codes.As<int>()); break;
        }
    }

    public override int RowCount => _codes.Count;

    public string[] Categories { get; }

    /// <summary>Writes the codes as another dictionary has them.</summary>
    /// <param name="target">By row, -1 = missing.</param>
    /// <param name="places">Where each of <see cref="Categories"/> stands in the other dictionary.</param>
    public void CopyTo(Span<int> target, ReadOnlySpan<int> places)
    {
        int[] map = [-1, .. places];
        switch (_width)
        {
            case 1: Renumber(_codes.As<byte>(), map, target); break;
            case 2: Renumber(_codes.As<ushort>(), map, target); break;
            default: Renumber(_codes.As<int>(), map, target); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private static void Narrow<T>(ReadOnlySpan<int> codes, Span<T> target)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = T.CreateTruncating(codes[i] + 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private static void Renumber<T>(ReadOnlySpan<T> codes, int[] map, Span<int> target)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (var i = 0; i < codes.Length; i++)
        {
            target[i] = map[int.CreateTruncating(codes[i])];
        }
    }
}
