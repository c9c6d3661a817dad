using System.IO.Compression;
using System.IO.Hashing;
using MlOps.Learning.Images;
using MlOps.Pipeline.Wording;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Pictures;

/// <summary>
/// A drop of pictures: a zip of JPEG and PNG files and perhaps <c>labels.csv</c>. Everything that it claims is held against limits before it is unpacked, and
/// what is unpacked is counted, because what it claims may be a lie. Nothing of it is ever written under a name that it says.
/// </summary>
internal sealed class PictureZip : IDisposable
{
    /// <summary>Name of the file with the labels.</summary>
    public const string Labels = "labels.csv";

    /// <summary>Most pictures of a file.</summary>
    public const int EntriesMax = 20_000;

    /// <summary>Most bytes of all, unpacked.</summary>
    public const long BytesMax = 8L << 30;

    /// <summary>Most bytes of the labels.</summary>
    public const int LabelsMax = 16 << 20;

    // Pictures are compressed already: what shrinks more is a flat drawing at best, and the pixels of those are few bytes as they are.
    private const int RatioMax = 100;
    private const int RatioFrom = 1 << 20;
    private const int NameMax = 200;
    private const int DepthMax = 4;

    private readonly ZipArchive _zip;

    private PictureZip(ZipArchive zip, SortedDictionary<string, ZipArchiveEntry> pictures, ZipArchiveEntry? labels)
    {
        _zip = zip;
        Pictures = pictures;
        LabelsEntry = labels;
    }

    /// <summary>Pictures by name, in the order of their names.</summary>
    public IReadOnlyDictionary<string, ZipArchiveEntry> Pictures { get; }

    /// <summary>The labels; <see langword="null"/> where there are none.</summary>
    public ZipArchiveEntry? LabelsEntry { get; }

    /// <summary>Opens a file.</summary>
    /// <param name="file">The file, seekable; stays open.</param>
    /// <exception cref="RefusedZipException">It is no zip, or breaks a limit; says which.</exception>
    public static PictureZip Open(Stream file)
    {
        ZipArchive zip;
        try
        {
            var entries = CentralDirectory.Count(file, EntriesMax);
            if (entries > EntriesMax)
            {
                throw new RefusedZipException(Sentence.Of("pictures-too-many", ("most", EntriesMax)));
            }

            file.Position = 0;
            zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            _ = zip.Entries.Count;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or ArgumentException or OverflowException or IOException)
        {
            throw new RefusedZipException(Sentence.Of("pictures-no-zip"));
        }

        try
        {
            return Checked(zip);
        }
        catch
        {
            zip.Dispose();
            throw;
        }
    }

    /// <summary>Unpacks an entry; its length and check sum must be those that the zip claims.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="most">Most bytes.</param>
    /// <exception cref="PictureException">It is longer, encrypted or damaged.</exception>
    public static byte[] Read(ZipArchiveEntry entry, int most)
    {
        if (entry.IsEncrypted)
        {
            throw new PictureException(Remark.Of("picture-encrypted", "It is encrypted. Make the zip without a password."));
        }

        if (entry.Length > most)
        {
            throw new PictureException(Remark.Of("picture-bytes", "The picture has {bytes} bytes and may have {most}. Save it smaller: the model sees 224 x 224 pixels of it.", ("bytes", entry.Length), ("most", most)));
        }

        if (entry.Length > RatioFrom && entry.Length / Math.Max(1, entry.CompressedLength) > RatioMax)
        {
            throw new PictureException(Remark.Of("picture-ratio", "It unpacks to {ratio} times its bytes, as no picture does.", ("ratio", entry.Length / Math.Max(1, entry.CompressedLength))));
        }

        try
        {
            var bytes = new byte[entry.Length];
            using var content = entry.Open();
            content.ReadExactly(bytes);
            if (content.ReadByte() >= 0 || Crc32.HashToUInt32(bytes) != entry.Crc32)
            {
                throw Damaged();
            }

            return bytes;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException or IOException)
        {
            throw Damaged();
        }
    }

    public void Dispose() => _zip.Dispose();

    private static PictureException Damaged() => new(Remark.Of("picture-unpack", "It cannot be unpacked whole: the zip is damaged there. Make the zip anew."));

    private static PictureZip Checked(ZipArchive zip)
    {
        var files = zip.Entries.Where(e => !e.FullName.EndsWith('/')).ToArray();
        foreach (var file in files)
        {
            RequireName(file.FullName);
        }

        var folder = CommonFolder(files);
        var pictures = new SortedDictionary<string, ZipArchiveEntry>(StringComparer.Ordinal);
        ZipArchiveEntry? labels = null;
        // Two names that differ by case alone are one file on many machines.
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        long bytes = 0;
        foreach (var file in files)
        {
            var name = file.FullName[folder.Length..].Composed();
            if (IsHidden(name))
            {
                continue;
            }

            if (!seen.Add(name))
            {
                throw new RefusedZipException(Sentence.Of("pictures-twice", ("file", name)));
            }

            bytes += file.Length;
            if (name == Labels)
            {
                labels = file;
            }
            else
            {
                pictures.Add(name, file);
            }
        }

        if (bytes > BytesMax)
        {
            throw new RefusedZipException(Sentence.Of("pictures-bytes", ("bytes", bytes), ("most", BytesMax)));
        }

        return pictures.Count == 0 ? throw new RefusedZipException(Sentence.Of("pictures-none")) : new PictureZip(zip, pictures, labels);
    }

    private static void RequireName(string name)
    {
        var parts = name.Split('/');
        if (name.Length > NameMax || parts.Length > DepthMax || name.Contains('\\', StringComparison.Ordinal) || name.Any(char.IsControl) || name.Contains(':', StringComparison.Ordinal)
            || Array.Exists(parts, p => p.Length == 0 || p.Trim() is "." or ".." or ""))
        {
            var shown = new string([.. name.Select(c => char.IsControl(c) ? '?' : c)]);
            throw new RefusedZipException(Sentence.Of("pictures-name", ("name", shown.Length <= 80 ? shown : shown[..80] + "…"), ("most", NameMax), ("depth", DepthMax - 1)));
        }
    }

    // What upstream marks as not meant to be read, and what machines leave in folders.
    private static bool IsHidden(string name) => name.Split('/').Any(p => p[0] is '.' or '_') || name.EndsWith("Thumbs.db", StringComparison.Ordinal) || name.EndsWith("desktop.ini", StringComparison.Ordinal);

    // Whoever packs a folder packs its name too.
    private static string CommonFolder(ZipArchiveEntry[] files)
    {
        var shown = files.Where(f => !IsHidden(f.FullName)).ToArray();
        var first = shown.Length == 0 ? -1 : shown[0].FullName.IndexOf('/', StringComparison.Ordinal);
        var folder = first < 0 ? "" : shown[0].FullName[..(first + 1)];
        // Hidden files outside of it, such as __MACOSX, do not count, and are left out under either name.
        return folder.Length > 0 && Array.TrueForAll(files, f => f.FullName.StartsWith(folder, StringComparison.Ordinal) || (f.FullName.Length > folder.Length && IsHidden(f.FullName[folder.Length..]) && IsHidden(f.FullName))) && Array.TrueForAll(shown, f => f.FullName.StartsWith(folder, StringComparison.Ordinal))
            ? folder : "";
    }
}

/// <summary>A file is no drop of pictures; nothing of it is used.</summary>
/// <param name="said">Why, and what to do.</param>
internal sealed class RefusedZipException(Sentence said) : Exception(said.ToString())
{
    public Sentence Said { get; } = said;
}
