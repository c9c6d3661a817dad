using System.IO.Compression;
using System.Text;
using StbImageWriteSharp;

namespace MlOps.Cli.Sample;

/// <summary>
/// The sample of pictures: drawn leaves, healthy and unhealthy; a history, a period like it with labels, and a period without labels that was taken in the dusk
/// by a shaking hand and has a broken picture. The same pictures and seed give the same bytes.
/// </summary>
internal static class LeafCase
{
    /// <summary>Name of the sample's pipeline.</summary>
    public const string PipelineName = "leaves";

    /// <summary>Pictures of the history when nothing else is asked for; each period has a quarter of it.</summary>
    public const int DefaultPictures = 160;

    /// <summary>Fewer leave nothing to split.</summary>
    public const int MinimumPictures = 40;

    private static readonly (string Period, bool Labelled, bool Dusk)[] Files = [("initial", true, false), ("20201001", true, false), ("20201101", false, true)];

    // What a zip can say of a time at the earliest.
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes the files and the definition (<c>leaves.yaml</c>) into a folder.</summary>
    /// <param name="folder">The folder; created when missing.</param>
    /// <param name="pictures">Pictures of the history, at least 40.</param>
    /// <param name="seed">Seed.</param>
    /// <param name="cancellation">Stops between two pictures.</param>
    public static IReadOnlyList<SampleFile> Write(string folder, int pictures, int seed, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var written = new List<SampleFile>();
        for (var file = 0; file < Files.Length; file++)
        {
            written.Add(WriteFile(folder, file, file == 0 ? pictures : pictures / 4, seed, cancellation));
        }

        File.WriteAllText(Path.Combine(folder, PipelineName + ".yaml"), Definition());
        return written;
    }

    /// <summary>The sample's pipeline definition.</summary>
    public static string Definition() => """
        # Is the leaf healthy? Each month's pictures, by what a network trained on photographs sees in those of before.
        kind: image
        positive: unhealthy
        # Up to one picture in ten may be broken: it is set aside with its reason.
        quarantine: 0.1
        model: {learning_rate: 0.1, num_iterations: 100, num_leaves: 7, min_data_in_leaf: 5}
        models: {compare: [logistic_regression, random_forest], promote: [boosting, logistic_regression]}

        """;

    private static SampleFile WriteFile(string folder, int file, int pictures, int seed, CancellationToken cancellation)
    {
        var (period, labelled, dusk) = Files[file];
        var labels = new StringBuilder("file,label\n");
        var unhealthy = 0;
        using var zip = new ZipArchive(File.Create(Path.Combine(folder, period + ".zip")), ZipArchiveMode.Create);
        for (var i = 0; i < pictures; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var random = new RandomStream((ulong)seed, 100 + file, i);
            var ill = random.Chance(0.45);
            var name = FormattableString.Invariant($"leaf-{period}-{i + 1:0000}.png");
            var bytes = Png(LeafDrawing.Draw(ref random, ill, dusk));
            // Cut on its way, as happens.
            Add(zip, name, dusk && i == 2 ? bytes.AsSpan(0, bytes.Length / 2) : bytes);
            labels.Append(name).Append(',').Append(ill ? "unhealthy" : "healthy").Append('\n');
            unhealthy += ill ? 1 : 0;
        }

        if (labelled)
        {
            Add(zip, "labels.csv", Encoding.UTF8.GetBytes(labels.ToString()));
        }

        return new SampleFile(period + ".zip", pictures, unhealthy, null, null);
    }

    private static byte[] Png(byte[] pixels)
    {
        using var png = new MemoryStream();
        new ImageWriter().WritePng(pixels, LeafDrawing.Side, LeafDrawing.Side, ColorComponents.RedGreenBlue, png);
        return png.ToArray();
    }

    // Pictures are compressed already, and what compresses differs from one version of the runtime to the next.
    private static void Add(ZipArchive zip, string name, ReadOnlySpan<byte> bytes)
    {
        var entry = zip.CreateEntry(name, CompressionLevel.NoCompression);
        entry.LastWriteTime = NoTime;
        using var content = entry.Open();
        content.Write(bytes);
    }
}
