using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Pictures;
using MlOps.Pipeline.Tests.Steps;
using MlOps.Testing;
using StbImageWriteSharp;

namespace MlOps.Benchmarks.Pictures;

/// <summary>
/// A drop of photographs (made ones, JPEG of 640 x 480, no two alike) from the zip to the table: pictures a second, processor time of each and the process's peak of
/// memory, with one thread, with two, and when all are known already.
/// </summary>
internal static class PicturesBenchmark
{
    private const int Width = 640;
    private const int Height = 480;

    public static async Task<int> RunAsync(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000;
        var zip = Zip(count);
        await using var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        Console.WriteLine($"{count} pictures, {zip.Length >> 20} MB of zip");
        Console.WriteLine("| threads | pictures | seconds | pictures/s | processor ms a picture | peak MB |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (var threads in (int[])[1, 2])
        {
            var pipeline = await TestPipeline.CreateAsync(azurite, "kind: image\n", new StepOptions(threads));
            await MeasureAsync(pipeline, $"{threads}", zip, count);
            // Another zip of the same pictures: another step, and nothing to compute.
            await MeasureAsync(pipeline, $"{threads}, all known", [.. zip[..^22], .. Commented(zip[^22..])], count);
        }

        return 0;
    }

    private static async Task MeasureAsync(TestPipeline pipeline, string how, byte[] zip, int count)
    {
        var drop = await pipeline.DropAsync("20200101", zip, KeptDrop.Pictures);
        var (processor, began) = (Environment.CpuUsage.TotalTime, Stopwatch.GetTimestamp());
        var result = await pipeline.Steps.Pictures.RunAsync(
            new PicturesInput("run", pipeline.DefinitionHash, new DropReference(TestPipeline.Name, drop.Period, drop.BlobName, drop.ETag), drop.Sha256));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - processor).TotalMilliseconds / count;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(FormattableString.Invariant($"| {how} | {result.Pictures} | {seconds:0.0} | {count / seconds:0.0} | {used:0.0} | {process.PeakWorkingSet64 >> 20} |"));
    }

    // A comment of one letter makes other bytes of the same entries.
    private static byte[] Commented(byte[] end)
    {
        end[20] = 1;
        return [.. end, (byte)'x'];
    }

    private static byte[] Zip(int count)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            for (var i = 0; i < count; i++)
            {
                using var content = zip.CreateEntry($"{i:000000}.jpg", CompressionLevel.NoCompression).Open();
                content.Write(Photograph(i));
            }
        }

        return stream.ToArray();
    }

    // Soft blobs of colour under noise, which is about what a camera makes of a plant.
    private static byte[] Photograph(int seed)
    {
        var random = new Random(seed);
        var blobs = Enumerable.Range(0, 12).Select(_ => (X: random.Next(Width), Y: random.Next(Height), R: random.Next(30, 160), Colour: random.Next(3), Light: random.Next(60, 160))).ToArray();
        var pixels = new byte[Width * Height * 3];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var at = ((y * Width) + x) * 3;
                for (var c = 0; c < 3; c++)
                {
                    var value = 50 + (x * 40 / Width) + random.Next(12);
                    foreach (var blob in blobs)
                    {
                        var distance = ((x - blob.X) * (x - blob.X)) + ((y - blob.Y) * (y - blob.Y));
                        if (blob.Colour == c && distance < blob.R * blob.R)
                        {
                            value += blob.Light * (1 - (distance / (blob.R * blob.R)));
                        }
                    }

                    pixels[at + c] = (byte)Math.Min(255, value);
                }
            }
        }

        using var jpeg = new MemoryStream();
        new ImageWriter().WriteJpg(pixels, Width, Height, ColorComponents.RedGreenBlue, jpeg, 85);
        return jpeg.ToArray();
    }
}
