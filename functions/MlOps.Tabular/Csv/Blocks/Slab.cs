using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>
/// Hands out pieces of large arrays. Thousands of small arrays that live until the file is read would be copied by the garbage collector as they
/// grow old; a megabyte at a time is not.
/// </summary>
internal sealed class Slab
{
    private const int Bytes = 1 << 20;
    private byte[] _current = [];
    private int _used;

    /// <summary>Room for so many values of so many bytes; not cleared.</summary>
    public SlabPiece Take(int width, int count)
    {
        var size = (count * width + 7) & ~7;
        if (_current.Length - _used < size)
        {
            // The first is small, so that a small file stays small.
            _current = GC.AllocateUninitializedArray<byte>(Math.Max(_current.Length == 0 ? Bytes / 32 : Bytes, size));
            _used = 0;
        }

        var piece = new SlabPiece(_current, _used, count);
        _used += size;
        return piece;
    }

    /// <summary>Makes the room of all pieces free again; they must not be used any more.</summary>
    public void Reset() => _used = 0;
}

/// <summary>Part of a slab.</summary>
internal readonly record struct SlabPiece(byte[] Buffer, int Offset, int Count)
{
    public Span<T> As<T>()
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(Buffer.AsSpan(Offset))[..Count];
}
