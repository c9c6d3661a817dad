using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Boosting.Machine;

/// <summary>
/// Unmanaged memory of fixed length, aligned to a cache line, zeroed. One owner disposes it; the finaliser is the
/// safety net. Unmanaged because the kernels hold bare pointers and the blocks are too large to be moved or pinned.
/// </summary>
/// <typeparam name="T">Element type.</typeparam>
internal sealed unsafe class NativeBuffer<T> : IDisposable
    where T : unmanaged
{
    private const int Alignment = 64;
    private T* _pointer;

    /// <param name="length">Number of elements.</param>
    public NativeBuffer(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;

        // One line more than asked for, so that vector loads may read past the last element.
        nuint bytes = (((nuint)length * (nuint)sizeof(T)) + (2 * Alignment) - 1) & ~(nuint)(Alignment - 1);
        if (LargePages.Suit(bytes))
        {
            _pointer = (T*)NativeMemory.AlignedAlloc((bytes + LargePages.Size - 1) / LargePages.Size * LargePages.Size, LargePages.Size);
            LargePages.Advise(_pointer, bytes);
        }
        else
        {
            _pointer = (T*)NativeMemory.AlignedAlloc(bytes, Alignment);
        }

        NativeMemory.Clear(_pointer, bytes);
    }

    ~NativeBuffer() => Free();

    /// <summary>Number of elements.</summary>
    public long Length { get; }

    /// <summary>The first element. Valid until disposal.</summary>
    public T* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _pointer;
    }

    /// <summary>The elements as a span (of at most <see cref="int.MaxValue"/> elements).</summary>
    public Span<T> Span => new(_pointer, checked((int)Length));

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_pointer is not null)
        {
            NativeMemory.AlignedFree(_pointer);
            _pointer = null;
        }
    }
}
