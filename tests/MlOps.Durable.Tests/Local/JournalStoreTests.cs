using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Durable.History;
using MlOps.Durable.Local;
using MlOps.Testing;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]

namespace MlOps.Durable.Tests.Local;

/// <summary>What every journal store must keep to.</summary>
public abstract class JournalStoreTests
{
    private static readonly DateTimeOffset Created = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);

    private protected abstract Task<IJournalStore> CreateStoreAsync();

    [Fact]
    public async Task A_journal_is_created_once_and_reads_back_with_its_label()
    {
        var store = await CreateStoreAsync();
        var end = await store.CreateAsync(Label("a b=ü%.", "Orchestrator ü"), new byte[] { 1, 2 }, default);
        Assert.Null(await store.CreateAsync(Label("a b=ü%.", "other"), new byte[] { 9 }, default));

        var read = (await store.ReadAsync("a b=ü%.", default))!;

        Assert.Equal(new byte[] { 1, 2 }, read.Bytes.ToArray());
        Assert.Equal(end, read.End);
        Assert.Equal(("Orchestrator ü", "w", Created, null), (read.Label.Name, read.Label.Owner, read.Label.CreatedAt, read.Label.EndedAs));
        Assert.Null(await store.ReadAsync("missing", default));
        Assert.Null(await store.ReadLabelAsync("missing", default));
    }

    [Fact]
    public async Task Of_two_writers_that_know_the_same_end_one_writes()
    {
        var store = await CreateStoreAsync();
        var end = (await store.CreateAsync(Label("i"), new byte[] { 0 }, default))!.Value;

        var written = await Task.WhenAll(Enumerable.Range(1, 8).Select(n => Task.Run(() => store.AppendAsync("i", end, new[] { (byte)n }, default))));

        var winner = Assert.Single(written, one => one is not null);
        var read = (await store.ReadAsync("i", default))!;
        Assert.Equal(2, read.Bytes.Length);
        Assert.Equal(winner, read.End);
        Assert.Null(await store.LabelAsync(Label("i") with { EndedAs = OrchestrationRuntimeStatus.Failed }, end, default));
    }

    [Fact]
    public async Task A_label_shows_in_the_list_and_a_deleted_journal_does_not()
    {
        var store = await CreateStoreAsync();
        var ends = new Dictionary<string, JournalEnd>(StringComparer.Ordinal);
        foreach (var id in new[] { "p-2", "p-1", "q" })
        {
            ends[id] = (await store.CreateAsync(Label(id), new byte[] { 0 }, default))!.Value;
        }

        var labelled = await store.LabelAsync(Label("p-1") with { EndedAs = OrchestrationRuntimeStatus.Completed }, ends["p-1"], default);
        Assert.False(await store.DeleteAsync("p-1", ends["p-1"], default));
        Assert.True(await store.DeleteAsync("p-2", ends["p-2"], default));
        Assert.NotNull(labelled);

        var listed = new List<string>();
        await foreach (var label in store.ListAsync("p-", default))
        {
            listed.Add($"{label.InstanceId} {label.EndedAs}");
        }

        Assert.Equal(["p-1 Completed"], listed);
    }

    [Fact]
    public async Task A_journal_is_replaced_whole_and_only_by_who_knows_its_end()
    {
        var store = await CreateStoreAsync();
        var old = (await store.CreateAsync(Label("i"), new byte[] { 0 }, default))!.Value;
        var end = (await store.AppendAsync("i", old, new byte[] { 1, 2, 3 }, default))!.Value;

        Assert.Null(await store.ReplaceAsync(Label("i"), old, new byte[] { 9 }, default));
        var replaced = (await store.ReplaceAsync(Label("i"), end, new byte[] { 7, 8 }, default))!.Value;
        Assert.NotNull(await store.AppendAsync("i", replaced, new byte[] { 9 }, default));
        Assert.Equal(new byte[] { 7, 8, 9 }, (await store.ReadAsync("i", default))!.Bytes.ToArray());
    }

    [Fact]
    public async Task Messages_come_by_age_and_go_once()
    {
        var store = await CreateStoreAsync();
        foreach (var id in new[] { "2", "1", "3", "1" })
        {
            await store.PostAsync(new InstanceMessage { InstanceId = "to/x", MessageId = id, Event = new HistoryEvent { EventRaised = new EventRaisedEvent { Name = id } } }, default);
        }

        var keys = await store.ListMessagesAsync(default);
        Assert.Equal(["1", "2", "3"], keys.Select(key => key.MessageId));
        Assert.All(keys, key => Assert.Equal("to/x", key.InstanceId));
        Assert.Equal("1", (await store.ReadMessageAsync(keys[0], default))!.Event.EventRaised.Name);
        await store.DeleteMessageAsync(keys[0], default);
        await store.DeleteMessageAsync(keys[0], default);
        Assert.Null(await store.ReadMessageAsync(keys[0], default));
        Assert.Equal(2, (await store.ListMessagesAsync(default)).Count);
    }

    [Fact]
    public async Task A_worker_lives_while_it_holds_its_lease()
    {
        var store = await CreateStoreAsync();
        var (one, two) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await store.RenewAsync(one, TimeSpan.FromSeconds(15), default);
        await store.RenewAsync(two, TimeSpan.FromSeconds(15), default);
        await store.RenewAsync(one, TimeSpan.FromSeconds(15), default);
        await store.ReleaseAsync(two, default);
        await store.ReleaseAsync(two, default);

        Assert.Equal([one], await store.LiveWorkersAsync(default));
    }

    private static JournalLabel Label(string id, string name = "O") => new(id, name, "w", null, Created);
}

public sealed class InMemoryJournalStoreTests : JournalStoreTests
{
    private protected override Task<IJournalStore> CreateStoreAsync() => Task.FromResult<IJournalStore>(new InMemoryJournalStore(TimeProvider.System));
}

public sealed class BlobJournalStoreTests(AzuriteFixture azurite) : JournalStoreTests
{
    private protected override async Task<IJournalStore> CreateStoreAsync() =>
        new BlobJournalStore(await azurite.NewContainerAsync(), TimeProvider.System, NullLogger.Instance);

    [Fact]
    public async Task A_creation_that_was_cut_off_is_completed_by_the_next_one()
    {
        var container = await azurite.NewContainerAsync();
        var store = new BlobJournalStore(container, TimeProvider.System, NullLogger.Instance);
        await Azure.Storage.Blobs.Specialized.SpecializedBlobExtensions.GetAppendBlobClient(container, BlobNames.Journal("half")).CreateAsync();
        Assert.Null(await store.ReadAsync("half", default));

        Assert.NotNull(await store.CreateAsync(new JournalLabel("half", "O", "w", null, DateTimeOffset.UtcNow), new byte[] { 7 }, default));
        Assert.Equal(new byte[] { 7 }, (await store.ReadAsync("half", default))!.Bytes.ToArray());
    }

    [Fact]
    public async Task A_replacement_that_was_cut_off_is_finished_by_whoever_reads_the_journal()
    {
        var container = await azurite.NewContainerAsync();
        var store = new BlobJournalStore(container, TimeProvider.System, NullLogger.Instance);
        var label = new JournalLabel("i", "O", "w", null, DateTimeOffset.UtcNow);
        await store.CreateAsync(label, new byte[] { 1 }, default);

        // Killed after the journal was emptied.
        await container.GetBlobClient(BlobNames.Replacement("i")).UploadAsync(new BinaryData(new byte[] { 7, 8 }));
        await Azure.Storage.Blobs.Specialized.SpecializedBlobExtensions.GetAppendBlobClient(container, BlobNames.Journal("i")).CreateAsync();

        Assert.Null(await store.CreateAsync(label, new byte[] { 9 }, default));
        Assert.Equal(new byte[] { 7, 8 }, (await store.ReadAsync("i", default))!.Bytes.ToArray());
    }

    [Fact]
    public async Task An_append_whose_answer_was_lost_counts_once()
    {
        var store = await CreateStoreAsync();
        var end = (await store.CreateAsync(new JournalLabel("i", "O", "w", null, DateTimeOffset.UtcNow), new byte[] { 0 }, default))!.Value;
        var first = await store.AppendAsync("i", end, new byte[] { 5, 6 }, default);

        // The same writer asks again with the same record, as the client library does after a broken connection.
        Assert.Equal(first, await store.AppendAsync("i", end, new byte[] { 5, 6 }, default));
        Assert.Equal(3, (await store.ReadAsync("i", default))!.Bytes.Length);
    }
}
