using System.IO.Compression;
using Microsoft.ML;

namespace MlOps.Learning.MlNet;

/// <summary>ML.NET's zip with our manifest in it. ML.NET's own holds the time of writing; here the same model gives the same bytes.</summary>
internal static class MlNetZip
{
    // The earliest time that a zip can hold.
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static byte[] Pack(MLContext context, ITransformer model, DataViewSchema schema, MlNetManifest manifest)
    {
        using var own = new MemoryStream();
        context.Model.Save(model, schema, own);
        own.Position = 0;
        using var packed = new MemoryStream();
        using (var source = new ZipArchive(own, ZipArchiveMode.Read))
        using (var target = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in source.Entries.OrderBy(e => e.FullName, StringComparer.Ordinal))
            {
                using var content = entry.Open();
                Write(target, entry.FullName, content);
            }

            using var said = new MemoryStream(manifest.ToBytes());
            Write(target, MlNetManifest.Entry, said);
        }

        return packed.ToArray();
    }

    public static MlNetManifest ReadManifest(Stream zip)
    {
        try
        {
            using var archive = new ZipArchive(zip, ZipArchiveMode.Read, leaveOpen: true);
            using var entry = (archive.GetEntry(MlNetManifest.Entry) ?? throw new InvalidDataException($"The zip holds no {MlNetManifest.Entry}: it is not a model of this program.")).Open();
            return MlNetManifest.Read(entry);
        }
        catch (System.Text.Json.JsonException e)
        {
            throw new InvalidDataException($"{MlNetManifest.Entry} cannot be read: {e.Message}", e);
        }
        finally
        {
            zip.Position = 0;
        }
    }

    // Stored, not deflated: what deflating makes of the same bytes differs between versions of .NET.
    private static void Write(ZipArchive target, string name, Stream content)
    {
        var entry = target.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = NoTime;
        using var to = entry.Open();
        content.CopyTo(to);
    }
}
