using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MlOps.Tabular;

/// <summary>Gives each distinct text of a column in a block a code: a hash table over the bytes, emptied for each column and reused.</summary>
internal sealed class TextCoder(HashSet<string> missing)
{
    /// <summary>Texts up to so many bytes are compared at once; so many bytes before the end of one given to <see cref="Code(ref byte, int)"/> are readable.</summary>
    public const int ShortBytes = 32;

    private readonly List<string> _categories = [];
    private Slot[] _slots = new Slot[1024];
    private int _used;
    private byte[] _arena = new byte[4096];
    private int _arenaLength;
    private uint _generation;

    // Read from a length on, the last so many of 32 bytes count.
    private static ReadOnlySpan<byte> KeepLast =>
    [
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
    ];

    public string[] Categories => [.. _categories];

    public void Clear()
    {
        // A slot of an earlier generation counts as empty.
        if (++_generation == 0)
        {
            Array.Clear(_slots);
            _generation = 1;
        }

        _used = 0;
        _categories.Clear();
        _arenaLength = 0;
    }

    /// <summary>Code of the content, -1 when it means missing.</summary>
    public int Code(ReadOnlySpan<byte> content)
    {
        if (content.Length > ShortBytes)
        {
            return LongCode(content);
        }

        Span<byte> aligned = stackalloc byte[ShortBytes];
        aligned.Clear();
        content.CopyTo(aligned[^content.Length..]);
        return Code(ref Unsafe.Add(ref MemoryMarshal.GetReference(aligned), ShortBytes), content.Length);
    }

    /// <summary>Code of the content before <paramref name="end"/>, -1 when it means missing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Code(ref byte end, int length)
    {
        // Most often the text is known and stands where it is looked for first; all else is left to a call, so that nothing is kept for it.
        if (length <= ShortBytes)
        {
            var key = Key(ref end, length);
            var slots = _slots;
            ref var slot = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(slots), Hash(key, length) & (slots.Length - 1));
            if (slot.Generation == _generation && slot.Key == key && slot.Length == length)
            {
                return slot.Code;
            }
        }

        return CodeByProbing(ref end, length);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private int CodeByProbing(ref byte end, int length)
    {
        if (length > ShortBytes)
        {
            return LongCode(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Subtract(ref end, length), length));
        }

        var key = Key(ref end, length);
        var mask = _slots.Length - 1;
        for (var at = Hash(key, length) & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref _slots[at];
            if (slot.Generation != _generation)
            {
                return Add(ref slot, key, ref end, length);
            }

            if (slot.Key == key && slot.Length == length)
            {
                return slot.Code;
            }
        }
    }

    private int LongCode(ReadOnlySpan<byte> content)
    {
        var key = LongKey(content);
        var mask = _slots.Length - 1;
        for (var at = Hash(key, content.Length) & mask; ; at = (at + 1) & mask)
        {
            ref var slot = ref _slots[at];
            if (slot.Generation != _generation)
            {
                var text = CellDecoder.Text(content);
                slot = new Slot { Key = key, Length = content.Length, Text = text, Offset = Keep(content), IsMissing = IsMissing(text) };
                return Occupy(ref slot);
            }

            if (slot.Key == key && slot.Length == content.Length && _arena.AsSpan(slot.Offset, slot.Length).SequenceEqual(content))
            {
                return slot.Code;
            }
        }
    }

    private int Add(ref Slot slot, Vector256<byte> key, ref byte end, int length)
    {
        // The same text stood here in an earlier block, most often: then it need not be made again.
        if (slot.Text is null || slot.Length != length || slot.Key != key)
        {
            var text = CellDecoder.Text(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Subtract(ref end, length), length));
            slot = new Slot { Key = key, Length = length, Text = text, IsMissing = IsMissing(text) };
        }

        return Occupy(ref slot);
    }

    private int Occupy(ref Slot slot)
    {
        var code = -1;
        if (!slot.IsMissing)
        {
            code = _categories.Count;
            _categories.Add(slot.Text);
        }

        slot.Code = code;
        slot.Generation = _generation;
        if (++_used * 4 > _slots.Length)
        {
            Grow();
        }

        return code;
    }

    private bool IsMissing(string text) => missing.Contains(text) || missing.Contains(text.Trim(' '));

    private int Keep(ReadOnlySpan<byte> content)
    {
        if (_arena.Length - _arenaLength < content.Length)
        {
            Array.Resize(ref _arena, Math.Max(_arena.Length * 2, _arenaLength + content.Length));
        }

        content.CopyTo(_arena.AsSpan(_arenaLength));
        _arenaLength += content.Length;
        return _arenaLength - content.Length;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 4];
        var mask = _slots.Length - 1;
        foreach (var slot in old)
        {
            if (slot.Generation != _generation)
            {
                continue;
            }

            var at = Hash(slot.Key, slot.Length) & mask;
            while (_slots[at].Generation == _generation)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = slot;
        }
    }

    /// <summary>The text at the end of 32 bytes, zeros before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Key(ref byte end, int length) =>
        Vector256.LoadUnsafe(ref Unsafe.Subtract(ref end, ShortBytes)) & Vector256.LoadUnsafe(ref Unsafe.Add(ref MemoryMarshal.GetReference(KeepLast), length));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(Vector256<byte> key, int length)
    {
        var words = key.GetUpper().AsUInt64() + (key.GetLower().AsUInt64() << 1);
        var hash = ((words.GetElement(1) + (uint)length) * 0x9E3779B97F4A7C15) ^ words.GetElement(0);
        return (int)((hash * 0xC4CEB9FE1A85EC53) >> 33);
    }

    /// <summary>Two hashes stand for a long text; equal ones are compared byte by byte.</summary>
    private static Vector256<byte> LongKey(ReadOnlySpan<byte> content)
    {
        ulong a = (ulong)content.Length * 0x9E3779B97F4A7C15, b = 0;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(content))
        {
            a = (a ^ word) * 0xFF51AFD7ED558CCD;
            a ^= a >> 32;
            b = BitOperations.RotateLeft(b, 27) + (a * 0xC4CEB9FE1A85EC53);
        }

        var tail = MemoryMarshal.Read<ulong>(content[^8..]);
        a = (a ^ tail) * 0xFF51AFD7ED558CCD;
        return Vector256.Create(0, 0, b ^ tail, a ^ (a >> 32)).AsByte();
    }

    private struct Slot
    {
        public Vector256<byte> Key;
        public string Text;
        public int Length;
        public int Code;
        public int Offset;
        public uint Generation;
        public bool IsMissing;
    }
}
