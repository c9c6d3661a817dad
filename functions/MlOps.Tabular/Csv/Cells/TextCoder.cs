using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>Gives each distinct text of a column in a block a code: a hash table over the bytes, emptied for each column and reused.</summary>
internal sealed class TextCoder(HashSet<string> missing)
{
    private Slot[] _slots = new Slot[256];
    private int _used;
    private readonly List<string> _categories = [];
    private byte[] _arena = new byte[4096];
    private int _arenaLength;
    private uint _generation;

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
        ulong a, b;
        if (content.Length <= 16)
        {
            a = Load(content);
            b = content.Length > 8 ? Load(content[8..]) : 0;
        }
        else
        {
            (a, b) = Hash(content);
        }

        var mask = _slots.Length - 1;
        var at = (int)BitOperations.RotateLeft((a ^ BitOperations.RotateLeft(b, 23) ^ (uint)content.Length) * 0x9E3779B97F4A7C15, 29) & mask;
        while (true)
        {
            ref var slot = ref _slots[at];
            if (slot.Generation != _generation)
            {
                return Add(ref slot, a, b, content);
            }

            if (slot.A == a && slot.B == b && slot.Length == content.Length
                && (content.Length <= 16 || _arena.AsSpan(slot.Offset, slot.Length).SequenceEqual(content)))
            {
                return slot.Code;
            }

            at = (at + 1) & mask;
        }
    }

    private int Add(ref Slot slot, ulong a, ulong b, ReadOnlySpan<byte> content)
    {
        var text = CellDecoder.Text(content);
        var code = missing.Contains(text) || (text.Length < 64 && missing.Contains(text.Trim(' '))) ? -1 : _categories.Count;
        if (code >= 0)
        {
            _categories.Add(text);
        }

        var offset = _arenaLength;
        if (content.Length > 16)
        {
            if (_arena.Length - _arenaLength < content.Length)
            {
                Array.Resize(ref _arena, Math.Max(_arena.Length * 2, _arenaLength + content.Length));
            }

            content.CopyTo(_arena.AsSpan(_arenaLength));
            _arenaLength += content.Length;
        }

        slot = new Slot { A = a, B = b, Length = content.Length, Code = code, Offset = offset, Generation = _generation };
        if (++_used * 2 > _slots.Length)
        {
            Grow();
        }

        return code;
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

            var at = (int)BitOperations.RotateLeft((slot.A ^ BitOperations.RotateLeft(slot.B, 23) ^ (uint)slot.Length) * 0x9E3779B97F4A7C15, 29) & mask;
            while (_slots[at].Generation == _generation)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = slot;
        }
    }

    /// <summary>The first eight bytes of the content as a number, zeros after its end.</summary>
    private static ulong Load(ReadOnlySpan<byte> content)
    {
        ref var at = ref MemoryMarshal.GetReference(content);
        if (content.Length >= 8)
        {
            return Unsafe.ReadUnaligned<ulong>(ref at);
        }

        // Two or three overlapping reads stay within the cell, which may lie at the end of its array.
        if (content.Length >= 4)
        {
            ulong low = Unsafe.ReadUnaligned<uint>(ref at);
            ulong high = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref at, content.Length - 4));
            return low | (high << ((content.Length - 4) * 8));
        }

        if (content.IsEmpty)
        {
            return 0;
        }

        return at | ((ulong)Unsafe.Add(ref at, content.Length >> 1) << ((content.Length >> 1) * 8)) | ((ulong)Unsafe.Add(ref at, content.Length - 1) << ((content.Length - 1) * 8));
    }

    private static (ulong A, ulong B) Hash(ReadOnlySpan<byte> content)
    {
        ulong a = (ulong)content.Length * 0x9E3779B97F4A7C15, b = 0;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(content))
        {
            a = (a ^ word) * 0xFF51AFD7ED558CCD;
            a ^= a >> 32;
            b = BitOperations.RotateLeft(b, 27) + (a * 0xC4CEB9FE1A85EC53);
        }

        var tail = Load(content[^8..]);
        a = (a ^ tail) * 0xFF51AFD7ED558CCD;
        return (a ^ (a >> 32), b ^ tail);
    }

    private struct Slot
    {
        public ulong A;
        public ulong B;
        public int Length;
        public int Code;
        public int Offset;
        public uint Generation;
    }
}
