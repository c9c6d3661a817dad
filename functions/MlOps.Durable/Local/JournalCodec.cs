using System.Buffers.Binary;
using System.IO.Hashing;
using Google.Protobuf;

namespace MlOps.Durable.Local;

/// <summary>Records as bytes: length (int32, little endian), CRC-32 of the body (uint32), body (protobuf).</summary>
internal static class JournalCodec
{
    private const int HeaderSize = 8;

    /// <summary>The bytes of a record.</summary>
    public static byte[] Encode(JournalRecord record)
    {
        var size = record.CalculateSize();
        var bytes = new byte[HeaderSize + size];
        record.WriteTo(bytes.AsSpan(HeaderSize));
        BinaryPrimitives.WriteInt32LittleEndian(bytes, size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32.HashToUInt32(bytes.AsSpan(HeaderSize)));
        return bytes;
    }

    /// <summary>All records of a journal.</summary>
    /// <exception cref="InvalidDataException">A record is cut off or damaged.</exception>
    public static List<JournalRecord> Decode(string instanceId, ReadOnlyMemory<byte> journal)
    {
        var records = new List<JournalRecord>();
        for (var at = 0; at < journal.Length;)
        {
            var rest = journal.Span[at..];
            if (rest.Length < HeaderSize
                || BinaryPrimitives.ReadInt32LittleEndian(rest) is var size && (size < 0 || size > rest.Length - HeaderSize)
                || BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) != Crc32.HashToUInt32(rest.Slice(HeaderSize, size)))
            {
                throw new InvalidDataException($"The journal of instance '{instanceId}' is damaged at byte {at} of {journal.Length}. Purge the instance and start it again; finished steps are not repeated.");
            }

            records.Add(JournalRecord.Parser.ParseFrom(rest.Slice(HeaderSize, size)));
            at += HeaderSize + size;
        }

        return records;
    }
}
