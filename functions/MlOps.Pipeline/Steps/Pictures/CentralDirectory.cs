using System.Buffers.Binary;

namespace MlOps.Pipeline.Steps.Pictures;

/// <summary>
/// The list of a zip's entries (APPNOTE.TXT 6.3.10, 4.3.12 to 4.3.16), only counted: what opens a zip makes an object of each entry before anybody can say
/// that there are too many.
/// </summary>
internal static class CentralDirectory
{
    private const int EndLength = 22;
    private const int CommentMax = 0xFFFF;
    private const int LocatorLength = 20;
    private const int HeaderLength = 46;

    /// <summary>Counts the entries, up to one more than the most.</summary>
    /// <param name="file">The zip; its position is moved.</param>
    /// <param name="most">Most that matter.</param>
    /// <exception cref="InvalidDataException">It is no zip.</exception>
    public static int Count(Stream file, int most)
    {
        file.Position = Start(file);
        Span<byte> header = stackalloc byte[HeaderLength];
        var count = 0;
        while (count <= most && file.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) == HeaderLength && header.StartsWith("PK\u0001\u0002"u8))
        {
            count++;
            file.Position += BinaryPrimitives.ReadUInt16LittleEndian(header[28..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[30..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        }

        return count;
    }

    private static long Start(Stream file)
    {
        var tail = new byte[(int)Math.Min(file.Length, EndLength + CommentMax)];
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        var end = tail.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        if (end < 0 || end + EndLength > tail.Length)
        {
            throw new InvalidDataException();
        }

        long start = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(end + 16));
        if (start == uint.MaxValue)
        {
            // Of more than 4 GiB: the offset stands in a record that a locator before the end points to.
            var locator = end - LocatorLength;
            if (locator < 0 || !tail.AsSpan(locator).StartsWith("PK\u0006\u0007"u8))
            {
                throw new InvalidDataException();
            }

            Span<byte> record = stackalloc byte[56];
            file.Position = Within(BinaryPrimitives.ReadInt64LittleEndian(tail.AsSpan(locator + 8)), file);
            file.ReadExactly(record);
            start = BinaryPrimitives.ReadInt64LittleEndian(record[48..]);
        }

        return Within(start, file);
    }

    private static long Within(long position, Stream file) => position >= 0 && position <= file.Length ? position : throw new InvalidDataException();
}
