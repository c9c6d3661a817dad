using MlOps.Learning.Images;

namespace MlOps.Learning.Tests.Images;

/// <summary>What bytes are taken for pictures, and what is seen in them.</summary>
public sealed class PictureTests
{
    public static TheoryData<string> Hostile => [.. PictureBytes.Hostile.Select(h => h.Name)];

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_hostile_picture_is_refused_with_its_reason(string name)
    {
        var (_, bytes, code) = PictureBytes.Hostile.Single(h => h.Name == name);
        var refused = Assert.Throws<PictureException>(() => Picture.Decode(bytes));
        Assert.Equal(code, refused.Remark.Code);
        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_claims_to_be_huge_is_refused_without_the_memory_for_it()
    {
        foreach (var (_, bytes, code) in PictureBytes.Hostile.Where(h => h.Code is "picture-dimensions" or "picture-damaged"))
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Equal(code, Assert.Throws<PictureException>(() => PictureStructure.Read(bytes)).Remark.Code);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void Every_prefix_of_a_picture_is_refused()
    {
        foreach (var bytes in (byte[][])[PictureBytes.Png(24, 16), PictureBytes.Jpeg(24, 16)])
        {
            Assert.Equal(24, Picture.Decode(bytes).Width);
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.Throws<PictureException>(() => PictureStructure.Read(bytes.AsSpan(0, length)));
            }
        }
    }

    [Fact]
    public void No_changed_byte_makes_reading_fail_in_any_other_way_than_by_its_reason()
    {
        var random = new Random(5);
        foreach (var whole in (byte[][])[PictureBytes.Png(24, 16), PictureBytes.Jpeg(24, 16)])
        {
            for (var i = 0; i < 2_000; i++)
            {
                byte[] bytes = [.. whole];
                for (var n = random.Next(1, 4); n > 0; n--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }

                if (Record.Exception(() => Picture.Decode(bytes)) is { } refused)
                {
                    Assert.IsType<PictureException>(refused);
                }
            }
        }
    }

    [Fact]
    public void A_PNG_is_read_to_its_pixels_and_transparency_is_seen_on_white()
    {
        Assert.Equal(PictureBytes.Pixels(20, 12), Picture.Decode(PictureBytes.Png(20, 12)).Pixels);

        // Rows of red pixels, half of them transparent: filter 0, then red, green, blue, alpha.
        byte[] line = [0, .. Enumerable.Range(0, 8).SelectMany(x => (byte[])[200, 0, 0, (byte)(x < 4 ? 255 : 0)])];
        var seen = Picture.Decode(PictureBytes.RawPng(8, 8, PictureBytes.Deflated([.. Enumerable.Repeat(line, 8).SelectMany(b => b)]), colour: 6)).Pixels;
        Assert.Equal([200, 0, 0, 255, 255, 255], [.. seen[..3], .. seen[21..24]]);
    }

    [Fact]
    public void A_picture_that_the_camera_took_sideways_stands_upright()
    {
        // Exif 2.32: with orientation 6 the stored rows are the columns from the right; a stored row begins at the top of the picture.
        var (width, height) = (32, 16);
        var stored = PictureBytes.Jpeg(width, height);
        var (plain, turned) = (Picture.Decode(stored), Picture.Decode(PictureBytes.Held(stored, 6)));
        Assert.Equal((height, width), (turned.Width, turned.Height));
        for (var y = 0; y < width; y++)
        {
            for (var x = 0; x < height; x++)
            {
                Assert.Equal(plain.Pixels[(((height - 1 - x) * width) + y) * 3], turned.Pixels[((y * height) + x) * 3]);
            }
        }
    }

    [Fact]
    public void Every_orientation_is_undone_by_its_inverse()
    {
        var plain = Picture.Decode(PictureBytes.Jpeg(24, 16));
        (byte There, byte Back)[] pairs = [(2, 2), (3, 3), (4, 4), (5, 5), (6, 8), (7, 7), (8, 6)];
        foreach (var (there, back) in pairs)
        {
            var once = Picture.Decode(PictureBytes.Held(PictureBytes.Jpeg(24, 16), there));
            Assert.NotEqual(plain.Pixels, once.Pixels);
            // A PNG keeps the turned pixels as they are; the JPEG around them would not.
            var twice = Turn(once, back);
            Assert.Equal(plain.Pixels, twice.Pixels);
        }

        static Picture Turn(Picture picture, byte orientation) => Picture.Turned(picture, orientation);
    }

    [Fact]
    public void A_smaller_picture_of_one_colour_has_that_colour_and_of_a_ramp_is_a_ramp()
    {
        byte[] grey = [.. Enumerable.Repeat((byte)77, 301 * 200 * 3)];
        Assert.All(Resampling.Square(Picture.Of(301, 200, grey), 64), v => Assert.Equal(77, v, 0.001));

        byte[] ramp = [.. Enumerable.Range(0, 256 * 256 * 3).Select(i => (byte)(i / 3 % 256))];
        var square = Resampling.Square(Picture.Of(256, 256, ramp), 32);
        // Away from the borders a pixel is the mean of those around its own place: the middle of eight.
        Assert.All(Enumerable.Range(2, 28), x => Assert.Equal((x * 8) + 3.5, square[x * 3], 0.01));
    }

    [Fact]
    public void Statistics_say_what_a_person_sees()
    {
        PictureStatistics Of(Func<int, int, byte> grey)
        {
            var picture = Picture.Of(224, 224, [.. Enumerable.Range(0, 224 * 224).SelectMany(i => Enumerable.Repeat(grey(i % 224, i / 224), 3))]);
            return PictureStatistics.Of(picture, Resampling.Square(picture, 224), 224);
        }

        Assert.Equal([224, 224, 100, 0, 0, 0], Of((_, _) => 100).Values);
        var board = Of((x, y) => (byte)((x + y) % 2 == 0 ? 255 : 0));
        Assert.Equal((127.5, 127.5, 0, 255), (board.Brightness, board.Contrast, board.Saturation, board.Sharpness));
        var halves = Of((x, _) => (byte)(x < 112 ? 255 : 0));
        Assert.Equal((127.5, 127.5), (halves.Brightness, halves.Contrast));
        Assert.InRange(halves.Sharpness, 0.1, 2);
    }
}
