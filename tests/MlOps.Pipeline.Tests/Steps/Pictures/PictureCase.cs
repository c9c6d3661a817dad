using System.IO.Compression;
using System.Text;
using MlOps.Learning.Tests.Images;

namespace MlOps.Pipeline.Tests.Steps.Pictures;

/// <summary>Zips of small pictures: discs that are plain, or have dark spots.</summary>
internal static class PictureCase
{
    public const string Definition = """
        kind: image
        positive: spotted
        quarantine: 0.2
        model: {num_iterations: 40, min_data_in_leaf: 5}
        """;

    /// <summary>Files of a drop; every second one is spotted.</summary>
    public static List<(string Name, byte[] Bytes)> Pictures(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i => ($"{seed:00}-{i:000}.png", Disc(random, Label(i) == "spotted")))];
    }

    /// <summary>The drop as upstream makes it.</summary>
    public static byte[] Zip(IEnumerable<(string Name, byte[] Bytes)> files, bool labelled = false, string folder = "")
    {
        var all = files.ToList();
        if (labelled)
        {
            all.Add(("labels.csv", Encoding.UTF8.GetBytes("file,label\n" + string.Concat(all.Select((f, i) => $"{f.Name},{Label(i)}\n")))));
        }

        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in all)
            {
                var entry = zip.CreateEntry(folder + name, CompressionLevel.Fastest);
                entry.LastWriteTime = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var content = entry.Open();
                content.Write(bytes);
            }
        }

        return stream.ToArray();
    }

    private static string Label(int i) => i % 2 == 0 ? "plain" : "spotted";

    private static byte[] Disc(Random random, bool spotted)
    {
        const int side = 96;
        var pixels = new byte[side * side * 3];
        var (ground, green) = (random.Next(170, 250), random.Next(110, 190));
        var (cx, cy, r) = (random.Next(40, 56), random.Next(40, 56), random.Next(28, 40));
        var spots = Enumerable.Range(0, spotted ? random.Next(5, 12) : 0).Select(_ => (X: random.Next(side), Y: random.Next(side), R: random.Next(2, 6))).ToArray();
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var inside = ((x - cx) * (x - cx)) + ((y - cy) * (y - cy)) < r * r;
                var dark = inside && spots.Any(s => ((x - s.X) * (x - s.X)) + ((y - s.Y) * (y - s.Y)) < s.R * s.R);
                var noise = random.Next(-8, 9);
                var at = ((y * side) + x) * 3;
                pixels[at] = (byte)((dark ? 70 : inside ? 50 : ground - 20) + noise);
                pixels[at + 1] = (byte)((dark ? 40 : inside ? green : ground - 20) + noise);
                pixels[at + 2] = (byte)((dark ? 30 : inside ? 45 : ground - 20) + noise);
            }
        }

        return PictureBytes.Png(side, side, pixels);
    }
}
