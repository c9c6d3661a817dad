using System.IO.Compression;
using MlOps.Learning.Tests.Images;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Pictures;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Steps.Pictures;

/// <summary>Zips that claim what is not so, or too much: each is refused whole with its reason, or the entry is a bad row.</summary>
public sealed class HostileZipTests(AzuriteFixture azurite)
{
    private static readonly (string Name, Func<byte[]> Zip, string Code)[] Refused =
    [
        ("a CSV", () => "file,label\na.png,plain\n"u8.ToArray(), "pictures-no-zip"),
        ("two bytes", () => "PK"u8.ToArray(), "pictures-no-zip"),
        ("a zip cut in the middle", () => PictureCase.Zip(PictureCase.Pictures(3, 1))[..^100], "pictures-no-zip"),
        ("an empty zip", () => PictureCase.Zip([]), "pictures-none"),
        ("labels alone", () => PictureCase.Zip([("labels.csv", "file,label\n"u8.ToArray())]), "pictures-none"),
        ("hidden files alone", () => PictureCase.Zip([(".a.png", [1]), ("__MACOSX/._a.png", [1]), ("Thumbs.db", [1])]), "pictures-none"),
        ("a name that leaves the folder", () => PictureCase.Zip([("../../etc/a.png", [1])]), "pictures-name"),
        ("a name from the root", () => PictureCase.Zip([("/a.png", [1])]), "pictures-name"),
        ("a name of another system", () => PictureCase.Zip([(@"a\b.png", [1])]), "pictures-name"),
        ("a name with a drive", () => PictureCase.Zip([("C:a.png", [1])]), "pictures-name"),
        ("a name with a line break", () => PictureCase.Zip([("a\nb.png", [1])]), "pictures-name"),
        ("a name of 300 characters", () => PictureCase.Zip([(new string('a', 300) + ".png", [1])]), "pictures-name"),
        ("ten folders deep", () => PictureCase.Zip([("1/2/3/4/5/6/7/8/9/10/a.png", [1])]), "pictures-name"),
        ("one name twice", () => PictureCase.Zip([("a.png", PictureBytes.Png(16, 16)), ("a.png", PictureBytes.Png(16, 24))]), "pictures-twice"),
        ("names that differ by case alone", () => PictureCase.Zip([("a.png", PictureBytes.Png(16, 16)), ("A.png", PictureBytes.Png(16, 24))]), "pictures-twice"),
        ("30,000 entries", () => PictureCase.Zip(Enumerable.Range(0, 30_000).Select(i => ($"{i}.png", Array.Empty<byte>()))), "pictures-too-many"),
        ("entries that claim nine gigabytes", () => Claiming(PictureCase.Zip(Enumerable.Range(0, 3).Select(i => ($"{i}.png", new byte[10]))), 0xC0000000), "pictures-bytes"),
        ("a history without labels", () => PictureCase.Zip(PictureCase.Pictures(2, 1)), "labels-missing"),
        ("labels without a label", () => Labelled("file\na.png\n"), "labels-columns"),
        ("labels of other columns", () => Labelled("name,class\na.png,plain\n"), "labels-columns"),
        ("two labels for one picture", () => Labelled("file,label\na.png,plain\na.png,spotted\n"), "labels-twice"),
        ("a short line of labels", () => Labelled("file,label\na.png\n"), "labels-short"),
        ("labels that are a picture", () => PictureCase.Zip([("a.png", PictureBytes.Png(16, 16)), ("labels.csv", PictureBytes.Png(16, 16))]), "labels-unreadable"),
        ("labels that unpack to a thousand times their bytes", () => PictureCase.Zip([("a.png", PictureBytes.Png(16, 16)), ("labels.csv", new byte[12 << 20])]), "labels-unreadable"),
    ];

    public static TheoryData<string> Names => [.. Refused.Select(r => r.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_hostile_zip_is_refused_whole_with_its_reason(string name)
    {
        var (_, zip, code) = Refused.Single(r => r.Name == name);
        var pipeline = await TestPipeline.CreateAsync(azurite, PictureCase.Definition);
        var drop = await pipeline.DropAsync("initial", zip(), KeptDrop.Pictures);

        var result = await pipeline.ValidateAsync(drop);

        Assert.False(result.Accepted);
        Assert.Equal(code, Assert.Single(result.Errors).Code);
        Assert.Contains(code, await pipeline.ReadAsync(result.RequireKey(), "errors.json"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_hostile_picture_of_the_list_is_a_bad_row_with_its_reason()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, PictureCase.Definition);
        List<(string Name, byte[] Bytes)> files = [.. PictureBytes.Hostile.Select((h, i) => ($"x{i:00}.jpg", h.Bytes)), .. PictureCase.Pictures(2, 1)];
        var drop = await pipeline.DropAsync("initial", PictureCase.Zip(files, labelled: true), KeptDrop.Pictures);

        var result = await pipeline.ValidateAsync(drop);

        Assert.False(result.Accepted);
        var errors = System.Text.Json.JsonSerializer.Deserialize<List<Finding>>(await pipeline.ReadAsync(result.RequireKey(), "errors.json"), MlOps.Storage.ArtifactJson.Compact)!;
        Assert.Equal(PictureBytes.Hostile.Select(h => h.Code), errors.Where(e => e.Text?.StartsWith('x') == true).Select(e => e.Code));
    }

    [Fact]
    public async Task What_the_zip_says_of_an_entry_is_held_against_what_it_unpacks_to()
    {
        var pipeline = await TestPipeline.CreateAsync(azurite, PictureCase.Definition);
        var picture = PictureBytes.Png(32, 32);
        (string Name, byte[] Zip, string Code)[] cases =
        [
            ("claims more", Claiming(PictureCase.Zip([("a.png", picture)]), (uint)picture.Length + 1000), "picture-unpack"),
            ("claims less", Claiming(PictureCase.Zip([("a.png", picture)]), 100), "picture-unpack"),
            ("claims four gigabytes", Claiming(PictureCase.Zip([("a.png", picture)]), 0xFFFFFFF0), "picture-bytes"),
            ("another check sum", Changed(PictureCase.Zip([("a.png", picture)]), "PK\u0001\u0002", 16), "picture-unpack"),
            ("encrypted", Changed(PictureCase.Zip([("a.png", picture)]), "PK\u0001\u0002", 8), "picture-encrypted"),
            ("a bomb", PictureCase.Zip([("a.png", new byte[30 << 20])]), "picture-ratio"),
        ];
        foreach (var (name, zip, code) in cases)
        {
            var drop = await pipeline.DropAsync("20201001", zip, KeptDrop.Pictures);
            var result = await pipeline.Steps.Pictures.RunAsync(new PicturesInput("run", pipeline.DefinitionHash, new DropReference(TestPipeline.Name, drop.Period, drop.BlobName, drop.ETag), drop.Sha256));
            Assert.True(result.Unusable is [var unusable] && unusable.Reason.Code == code, $"{name}: {string.Join(", ", result.Unusable.Select(u => u.Reason.Code))}");
        }
    }

    private static byte[] Labelled(string labels) => PictureCase.Zip([("a.png", PictureBytes.Png(16, 16)), ("labels.csv", System.Text.Encoding.UTF8.GetBytes(labels))]);

    // The unpacked length of every entry of the central directory.
    private static byte[] Claiming(byte[] zip, uint length)
    {
        var at = 0;
        while (zip.AsSpan(at).IndexOf("PK\u0001\u0002"u8) is var found and >= 0)
        {
            at += found;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(zip.AsSpan(at + 24), length);
            at += 46;
        }

        return zip;
    }

    private static byte[] Changed(byte[] zip, string signature, int offset)
    {
        zip[zip.AsSpan().LastIndexOf(System.Text.Encoding.ASCII.GetBytes(signature)) + offset] ^= 1;
        return zip;
    }
}
