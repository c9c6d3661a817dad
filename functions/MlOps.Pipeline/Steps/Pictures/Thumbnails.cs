using System.Text;

namespace MlOps.Pipeline.Steps.Pictures;

/// <summary>A drop's pictures in small: name and JPEG of each, one after the other, in the order of their names.</summary>
internal static class Thumbnails
{
    /// <summary>Writes one.</summary>
    public static void Write(BinaryWriter writer, string file, byte[] jpeg)
    {
        writer.Write(file);
        writer.Write(jpeg.Length);
        writer.Write(jpeg);
    }

    /// <summary>Reads those of some pictures.</summary>
    /// <param name="stream">What was written.</param>
    /// <param name="files">Their names.</param>
    public static IReadOnlyDictionary<string, byte[]> Read(Stream stream, IReadOnlySet<string> files)
    {
        var found = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
        while (stream.Position < stream.Length)
        {
            var file = reader.ReadString();
            var jpeg = reader.ReadBytes(reader.ReadInt32());
            if (files.Contains(file))
            {
                found[file] = jpeg;
            }
        }

        return found;
    }
}
