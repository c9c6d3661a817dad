using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;

namespace MlOps.Tabular;

/// <summary>
/// The binary form of a table. Little-endian: "MLTB", version, rows, columns; the line numbers; then each column. Every part is
/// kind (1 byte), name, layout (1 byte), length, payload, CRC-32C of all of it, so that a flipped bit is noticed and its part named.
/// </summary>
/// <remarks>Whole numbers take 1, 2 or 4 bytes where all of a column fit (the smallest value stands for a missing cell), else 8.</remarks>
internal static class TableFormat
{
    private const uint Magic = 0x4254_4C4D;
    private const int Version = 1;
    private const byte LinesKind = 255;

    public static void Write(Stream stream, int rows, long[] lineNumbers, int count, IEnumerable<Column> columns)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(columns);
        Span<byte> head = stackalloc byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], rows);
        BinaryPrimitives.WriteInt32LittleEndian(head[12..], count);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], Crc(0, head[..16]));
        stream.Write(head);
        WritePart(stream, LinesKind, "line numbers", 8, MemoryMarshal.AsBytes(lineNumbers.AsSpan()));
        var written = 0;
        foreach (var column in columns)
        {
            written++;
            switch (column)
            {
                case NumberColumn numbers:
                    var (layout, bytes) = NumberLayout.Pack(numbers.Values);
                    WritePart(stream, (byte)column.Kind, column.Name, layout, bytes);
                    break;
                case TextColumn text:
                    WritePart(stream, (byte)column.Kind, column.Name, 0, PackTexts(text));
                    break;
            }
        }

        if (written != count)
        {
            throw new ArgumentException($"{count} columns were announced, {written} came.", nameof(columns));
        }
    }

    public static Table Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> head = stackalloc byte[20];
        ReadExactly(stream, head, "header");
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic)
        {
            throw new InvalidDataException("These bytes are not a stored table (the first four are not MLTB).");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(head[16..]) != Crc(0, head[..16]))
        {
            throw new InvalidDataException("The stored table's header was changed after it was written (checksum).");
        }

        if (BinaryPrimitives.ReadInt32LittleEndian(head[4..]) is var version and not Version)
        {
            throw new InvalidDataException($"The stored table has format version {version}; this program reads version {Version}.");
        }

        var rows = BinaryPrimitives.ReadInt32LittleEndian(head[8..]);
        var columns = new Column[BinaryPrimitives.ReadInt32LittleEndian(head[12..])];
        var (_, _, _, lineBytes) = ReadPart(stream, "line numbers");
        var lines = MemoryMarshal.Cast<byte, long>(lineBytes).ToArray();
        for (var i = 0; i < columns.Length; i++)
        {
            var (kind, name, layout, bytes) = ReadPart(stream, $"column {i + 1}");
            columns[i] = (ColumnKind)kind == ColumnKind.Text
                ? UnpackTexts(name, bytes, rows)
                : new NumberColumn(name, layout, bytes, rows, (ColumnKind)kind);
        }

        return new Table(columns, lines, rows);
    }

    private static void WritePart(Stream stream, byte kind, string name, byte layout, ReadOnlySpan<byte> payload)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name);
        var head = new byte[1 + 1 + 4 + nameBytes.Length + 8];
        head[0] = kind;
        head[1] = layout;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(2), nameBytes.Length);
        nameBytes.CopyTo(head, 6);
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(6 + nameBytes.Length), payload.Length);
        stream.Write(head);
        stream.Write(payload);
        Span<byte> check = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(check, Crc(Crc(0, head), payload));
        stream.Write(check);
    }

    private static (byte Kind, string Name, byte Layout, byte[] Payload) ReadPart(Stream stream, string what)
    {
        Span<byte> first = stackalloc byte[6];
        ReadExactly(stream, first, what);
        var nameLength = BinaryPrimitives.ReadInt32LittleEndian(first[2..]);
        if (nameLength is < 0 or > 1 << 20)
        {
            throw new InvalidDataException($"The stored table's {what} was changed after it was written (length of its name).");
        }

        var rest = new byte[nameLength + 8];
        ReadExactly(stream, rest, what);
        var name = Encoding.UTF8.GetString(rest, 0, nameLength);
        var length = BinaryPrimitives.ReadInt64LittleEndian(rest.AsSpan(nameLength));
        if (length < 0 || length > Array.MaxLength || (stream.CanSeek && length > stream.Length - stream.Position))
        {
            throw new InvalidDataException($"The stored table's {what} ('{name}') was changed or cut off after it was written (length).");
        }

        var payload = new byte[length];
        ReadExactly(stream, payload, what);
        Span<byte> check = stackalloc byte[4];
        ReadExactly(stream, check, what);
        if (BinaryPrimitives.ReadUInt32LittleEndian(check) != Crc(Crc(Crc(0, first), rest), payload))
        {
            throw new InvalidDataException($"The stored table's {what} ('{name}') was changed after it was written (checksum).");
        }

        return (first[0], name, first[1], payload);
    }

    private static byte[] PackTexts(TextColumn column)
    {
        using var memory = new MemoryStream();
        using var writer = new BinaryWriter(memory, Encoding.UTF8);
        writer.Write(column.Categories.Count);
        foreach (var category in column.Categories)
        {
            // Lone surrogates cannot come from a file (they are not UTF-8); a replacement would change the text silently.
            writer.Write(category);
        }

        var (layout, codes) = NumberLayout.PackCodes(column.Codes);
        writer.Write(layout);
        writer.Write(codes);
        writer.Flush();
        return memory.ToArray();
    }

    private static TextColumn UnpackTexts(string name, byte[] payload, int rows)
    {
        using var reader = new BinaryReader(new MemoryStream(payload), Encoding.UTF8);
        var categories = new string[reader.ReadInt32()];
        for (var i = 0; i < categories.Length; i++)
        {
            categories[i] = reader.ReadString();
        }

        var layout = reader.ReadByte();
        return new TextColumn(name, NumberLayout.UnpackCodes(layout, reader.ReadBytes(rows * layout), rows), categories);
    }

    private static void ReadExactly(Stream stream, Span<byte> target, string what)
    {
        if (stream.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
        {
            throw new InvalidDataException($"The stored table ends early, within its {what}.");
        }
    }

    /// <summary>CRC-32C (Castagnoli), continued over several spans; eight bytes a step as the processor offers.</summary>
    internal static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        crc = ~crc;
        var words = MemoryMarshal.Cast<byte, ulong>(data);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var one in data[(words.Length * 8)..])
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
