using System.Text;
using Azure.Storage.Blobs;
using MlOps.Pipeline.Artifacts;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Artifacts;

public sealed class RevisionedBlobTests(AzuriteFixture azurite)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_newest_revision_stays_and_an_older_one_never_takes_its_place()
    {
        var blob = (await azurite.NewContainerAsync()).GetBlobClient("p/pred.csv");
        await PutAsync(blob, "first", new PublishedRevision(1, "a"));
        await PutAsync(blob, "second", new PublishedRevision(2, "b"));
        await PutAsync(blob, "late", new PublishedRevision(1, "c"));
        Assert.Equal("second", await ReadAsync(blob));

        // Metrics may come to a revision from another run, but not to bytes that are told to be final.
        await PutAsync(blob, "of another run", new PublishedRevision(2, "d"));
        Assert.Equal("of another run", await ReadAsync(blob));
        await PutAsync(blob, "again", new PublishedRevision(2, "e"), isDone: true);
        Assert.Equal("of another run", await ReadAsync(blob));
    }

    [Fact]
    public async Task A_revision_whose_bytes_are_told_is_written_again_only_where_they_differ()
    {
        var blob = (await azurite.NewContainerAsync()).GetBlobClient("p/features.parquet");
        await PutAsync(blob, "one", new PublishedRevision(1, "a") { Content = "1" });
        await PutAsync(blob, "never written", new PublishedRevision(1, "b") { Content = "1" });
        Assert.Equal("one", await ReadAsync(blob));
        await PutAsync(blob, "two", new PublishedRevision(1, "a") { Content = "2" });
        Assert.Equal("two", await ReadAsync(blob));
    }

    [Fact]
    public async Task The_companion_of_the_revision_before_is_gone_before_one_without_a_companion_is_there()
    {
        var container = await azurite.NewContainerAsync();
        var (csv, parquet) = (container.GetBlobClient("p/pred.csv"), container.GetBlobClient("p/pred.parquet"));
        await PutAsync(parquet, "types", new PublishedRevision(1, "a"));
        await PutAsync(csv, "first", new PublishedRevision(1, "a") { Companion = "p/pred.parquet" });
        await PutAsync(csv, "second", new PublishedRevision(2, "b") { Companion = "p/pred.parquet" }, withdraw: _ => throw new InvalidOperationException("it has one itself"));
        await PutAsync(csv, "third", new PublishedRevision(3, "c"), withdraw: async name =>
        {
            Assert.Equal("second", await ReadAsync(csv));
            await container.DeleteBlobAsync(name, cancellationToken: Stop);
        });
        Assert.Equal("third", await ReadAsync(csv));
        Assert.False(await parquet.ExistsAsync(Stop));
    }

    private static Task PutAsync(BlobClient blob, string text, PublishedRevision revision, bool isDone = false, Func<string, Task>? withdraw = null) =>
        RevisionedBlob.PutAsync(blob, new MemoryStream(Encoding.UTF8.GetBytes(text)), "text/plain", revision, isDone, withdraw, Stop);

    private static async Task<string> ReadAsync(BlobClient blob) => (await blob.DownloadContentAsync(Stop)).Value.Content.ToString();
}
