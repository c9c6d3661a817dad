using MlOps.Learning.Images;
using MlOps.Learning.Learners;

namespace MlOps.Learning.Tests.Images;

/// <summary>The numbers that a network sees in pictures.</summary>
public sealed class PictureEmbedderTests : IDisposable
{
    private readonly PictureEmbedder _embedder = new();

    public void Dispose() => _embedder.Dispose();

    [Fact]
    public void A_picture_has_the_same_facts_to_the_byte_alone_and_beside_others_and_in_another_session()
    {
        byte[][] pictures = [.. Enumerable.Range(0, 6).Select(i => PictureBytes.Png(200 + (10 * i), 260))];
        var alone = pictures.Select(_embedder.Embed).ToArray();
        var beside = pictures.AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(_embedder.Embed).ToArray();
        using var other = new PictureEmbedder();
        var fresh = pictures.Reverse().Select(other.Embed).Reverse().ToArray();
        for (var i = 0; i < pictures.Length; i++)
        {
            Assert.Equal(alone[i].Values, beside[i].Values);
            Assert.Equal(alone[i].Values, fresh[i].Values);
            Assert.Equal(alone[i].Thumbnail, beside[i].Thumbnail);
        }

        Assert.All(alone, a => Assert.Equal(PictureFacts.Columns.Count, a.Values.Count()));
        Assert.NotEqual(alone[0].Embedding, alone[5].Embedding);
    }

    [Fact]
    public void The_same_scene_as_JPEG_and_PNG_large_and_small_is_nearer_to_itself_than_to_another_scene()
    {
        var scene = _embedder.Embed(PictureBytes.Png(300, 300)).Embedding;
        byte[] stripes = [.. Enumerable.Range(0, 300 * 300).SelectMany(i => Enumerable.Repeat((byte)(i / 10 % 2 * 255), 3))];
        var other = Cosine(scene, _embedder.Embed(PictureBytes.Png(300, 300, stripes)).Embedding);
        Assert.InRange(Cosine(scene, _embedder.Embed(PictureBytes.Jpeg(300, 300)).Embedding), 0.98, 1);
        Assert.InRange(Cosine(scene, _embedder.Embed(PictureBytes.Png(900, 900)).Embedding), 0.95, 1);
        Assert.InRange(other, 0, 0.8);
    }

    [Fact]
    public void A_thumbnail_is_a_small_JPEG_that_can_be_read_again()
    {
        var thumbnail = _embedder.Embed(PictureBytes.Png(640, 480)).Thumbnail;
        Assert.InRange(thumbnail.Length, 500, 4_000);
        var seen = Picture.Decode(thumbnail);
        Assert.Equal((72, 72), (seen.Width, seen.Height));
    }

    [Fact]
    public void Without_the_network_beside_the_program_it_says_what_is_missing()
    {
        using var bare = new PictureEmbedder(Path.GetTempPath());
        var refused = Assert.Throws<LearnerException>(() => bare.Embed(PictureBytes.Png(64, 64)));
        Assert.Equal(LearnerProblem.Machine, refused.Problem);
        Assert.Contains("ResNetPreprocess.onnx", refused.Message, StringComparison.Ordinal);
    }

    private static double Cosine(IReadOnlyList<float> a, IReadOnlyList<float> b)
    {
        double Dot(IReadOnlyList<float> x, IReadOnlyList<float> y) => x.Zip(y, (p, q) => (double)p * q).Sum();
        return Dot(a, b) / Math.Sqrt(Dot(a, a) * Dot(b, b));
    }
}
