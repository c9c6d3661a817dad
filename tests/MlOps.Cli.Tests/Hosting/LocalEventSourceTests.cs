using System.Text.Json;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Cli.Hosting;
using MlOps.Pipeline.Arrival;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Hosting;

public sealed class LocalEventSourceTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly StorageAccount account = new(azurite.ConnectionString, azurite.NewPrefix());
    private readonly List<BlobCreatedEvent> events = [];
    private readonly ManualClock clock = new();

    public async ValueTask InitializeAsync() => await account.EnsureContainersAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_new_blob_raises_one_event_however_often_the_source_looks()
    {
        var source = Source();
        await PutAsync("p/initial.csv", "a");
        await source.LookAsync(default);
        await source.LookAsync(default);
        var raised = Assert.Single(events);
        Assert.Equal((account.Input.Name, "p/initial.csv"), (raised.Container, raised.BlobName));
        Assert.Equal(1, raised.ContentLength);
        Assert.Equal("PutBlob", raised.Api);
        Assert.Equal((await account.Input.GetBlobClient("p/initial.csv").GetPropertiesAsync()).Value.ETag.ToString().Trim('"'), raised.ETag);
    }

    [Fact]
    public async Task New_bytes_under_the_same_name_raise_another_event()
    {
        var source = Source();
        await PutAsync("p/initial.csv", "a");
        await source.LookAsync(default);
        await PutAsync("p/initial.csv", "b");
        await source.LookAsync(default);
        Assert.Equal(2, events.Select(e => e.ETag).Distinct().Count());
        Assert.Equal(2, events.Select(e => e.Id).Distinct().Count());
    }

    [Fact]
    public async Task After_a_restart_nothing_is_raised_again_and_what_came_meanwhile_is()
    {
        await PutAsync("p/initial.csv", "a");
        await Source().LookAsync(default);
        await PutAsync("p/20201001.csv", "b");
        await Source().LookAsync(default);
        Assert.Equal(["p/initial.csv", "p/20201001.csv"], events.Select(e => e.BlobName));
    }

    [Fact]
    public async Task A_kill_between_delivery_and_its_record_repeats_the_event_under_the_same_id()
    {
        await PutAsync("p/initial.csv", "a");
        await Source().LookAsync(default);
        await account.Artifacts.DeleteBlobAsync(LocalEventSource.SeenName);
        await Source().LookAsync(default);
        Assert.Equal(2, events.Count);
        Assert.Equal(events[0], events[1]);
    }

    [Fact]
    public async Task A_refused_event_is_raised_again_later_and_holds_nothing_else_up()
    {
        var refuse = true;
        var source = Source(e => refuse && e.BlobName == "p/20201001.csv");
        await PutAsync("p/20201001.csv", "a");
        await PutAsync("p/20201101.csv", "b");
        await source.LookAsync(default);
        await source.LookAsync(default);
        Assert.Equal(["p/20201001.csv", "p/20201101.csv"], events.Select(e => e.BlobName));
        refuse = false;
        clock.Now += TimeSpan.FromSeconds(3);
        await source.LookAsync(default);
        await source.LookAsync(default);
        Assert.Equal(["p/20201001.csv", "p/20201101.csv", "p/20201001.csv"], events.Select(e => e.BlobName));
    }

    [Fact]
    public async Task Blocks_and_copies_are_told_by_their_operation()
    {
        var block = account.Input.GetBlockBlobClient("p/initial.csv");
        await block.StageBlockAsync(Convert.ToBase64String([1]), new MemoryStream([65]));
        await block.CommitBlockListAsync([Convert.ToBase64String([1])]);
        var copy = await account.Input.GetBlobClient("p/20201001.csv").StartCopyFromUriAsync(block.Uri);
        await copy.WaitForCompletionAsync();
        await Source().LookAsync(default);
        Assert.Equal(["PutBlockList", "CopyBlob"], events.OrderByDescending(e => e.BlobName).Select(e => e.Api));
    }

    [Fact]
    public async Task The_event_carries_the_attributes_that_CloudEvents_requires()
    {
        string? message = null;
        await PutAsync("p/initial.csv", "a");
        await new LocalEventSource(account, (json, _) => Task.FromResult(message = json), clock, NullLogger.Instance).LookAsync(default);
        var json = JsonDocument.Parse(message!).RootElement;
        Assert.Equal("1.0", json.GetProperty("specversion").GetString());
        Assert.Equal("Microsoft.Storage.BlobCreated", json.GetProperty("type").GetString());
        Assert.True(Guid.TryParse(json.GetProperty("id").GetString(), out _));
        Assert.NotEmpty(json.GetProperty("source").GetString()!);
        Assert.True(json.GetProperty("time").TryGetDateTimeOffset(out _));
        Assert.Equal($"/blobServices/default/containers/{account.Input.Name}/blobs/p/initial.csv", json.GetProperty("subject").GetString());
        Assert.Equal("BlockBlob", json.GetProperty("data").GetProperty("blobType").GetString());
    }

    private LocalEventSource Source(Func<BlobCreatedEvent, bool>? refuse = null) => new(
        account,
        (json, _) =>
        {
            var raised = Assert.Single(BlobCreatedEvent.Parse(json));
            events.Add(raised);
            return refuse?.Invoke(raised) == true ? Task.FromException(new IOException("not now")) : Task.CompletedTask;
        },
        clock,
        NullLogger.Instance);

    private Task PutAsync(string name, string content) =>
        account.Input.GetBlobClient(name).UploadAsync(BinaryData.FromString(content), new BlobUploadOptions(), CancellationToken.None);

    private sealed class ManualClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
