using System.Globalization;
using System.Text.Json;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.Drops;

/// <summary>A ledger of thousands of entries: the same as if it were one document, and what is read and written of it stays small.</summary>
public sealed class LongLedgerTests(AzuriteFixture azurite)
{
    private const int Drops = 1300;
    private const int AtOnce = 13;
    private static readonly PipelineName Pipeline = PipelineName.Parse("p");
    private static readonly DateTimeOffset Now = new(2020, 11, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Of_a_ledger_of_thousands_of_entries_none_is_lost_or_moved_and_what_is_written_stays_small()
    {
        var account = await AccountAsync();
        var store = new LedgerStore(account);
        var expected = new Ledger { Pipeline = "p" };
        var random = new Random(1);
        for (var first = 0; first < Drops; first += AtOnce)
        {
            // Old entries change too: a run that waited long ends, a file is seen under another ETag.
            var changed = Enumerable.Range(0, 3).Select(_ => random.Next(first + AtOnce)).ToArray();
            Ledger Change(Ledger ledger) => changed.Aggregate(Enumerable.Range(first, AtOnce).Aggregate(ledger, Dropped), Ended);
            expected = Change(expected);
            var stored = await store.UpdateAsync(Pipeline, Change);
            if (first % (10 * AtOnce) == 0)
            {
                Assert.Equal(Json(expected), Json(stored));
                Assert.Equal(Json(expected), Json(await store.ReadAsync(Pipeline)));
            }
        }

        // Another process has nothing but the blobs.
        Assert.Equal(Json(expected), Json(await new LedgerStore(account).ReadAsync(Pipeline)));
        var head = await HeadAsync(account);
        Assert.InRange(head.Length, 1, 4 * LedgerParts.NewestMax * Json(Dropped(new Ledger { Pipeline = "p" }, 1)).Length);
        var parts = JsonDocument.Parse(head).RootElement.GetProperty("earlier").GetArrayLength();
        Assert.InRange(parts, 1, 14);
    }

    [Fact]
    public async Task A_short_ledger_is_one_document_as_it_always_was()
    {
        var account = await AccountAsync();
        var ledger = await new LedgerStore(account).UpdateAsync(Pipeline, l => Enumerable.Range(0, LedgerParts.NewestMax).Aggregate(l, Dropped));
        Assert.Equal(JsonSerializer.SerializeToUtf8Bytes(ledger, ArtifactJson.Indented), (await HeadAsync(account)).ToArray());
    }

    [Fact]
    public async Task A_program_that_knows_whole_ledgers_alone_refuses_a_long_one_and_forgets_nothing_of_it()
    {
        var account = await AccountAsync();
        await new LedgerStore(account).UpdateAsync(Pipeline, l => Enumerable.Range(0, LedgerParts.NewestMax + 1).Aggregate(l, Dropped));
        var head = await HeadAsync(account);
        Assert.Contains("pipeline", Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Ledger>(head, ArtifactJson.Compact)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_writers_of_a_long_ledger_lose_nothing_of_each_other()
    {
        var account = await AccountAsync();
        await Parallel.ForAsync(0, 4, async (writer, cancellation) =>
        {
            var store = new LedgerStore(account);
            for (var i = 0; i < 10; i++)
            {
                await store.UpdateAsync(Pipeline, l => Enumerable.Range((writer * 1000) + (i * 20), 20).Aggregate(l, Dropped), cancellation);
            }
        });
        var all = await new LedgerStore(account).ReadAsync(Pipeline);
        Assert.Equal(800, all.Drops.Count);
        Assert.Equal(800, all.Runs.Select(r => r.RunId).Distinct().Count());
    }

    [Theory]
    [InlineData(true, "is missing")]
    [InlineData(false, "is damaged")]
    public async Task A_part_that_is_gone_or_was_changed_is_named(bool gone, string problem)
    {
        var account = await AccountAsync();
        var name = ContentHash.Of(JsonSerializer.SerializeToUtf8Bytes(problem));
        await account.Artifacts.GetBlobClient("p/ledger.json").UploadAsync(BinaryData.FromString(
            $$$"""{"format": 2, "earlier": [{"sha256": "{{{name}}}", "entries": 9}], "newest": {"pipeline": "p"}}"""));
        if (!gone)
        {
            await account.Artifacts.GetBlobClient($"p/ledger/{name}.json").UploadAsync(BinaryData.FromString("""{"pipeline": "p"}"""));
        }

        var e = await Assert.ThrowsAsync<InvalidDataException>(() => new LedgerStore(account).ReadAsync(Pipeline));
        Assert.Contains($"artifacts/p/ledger/{name}.json {problem}", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_of_a_later_version_is_refused_with_that_reason()
    {
        var account = await AccountAsync();
        await account.Artifacts.GetBlobClient("p/ledger.json").UploadAsync(BinaryData.FromString("""{"format": 3, "earlier": [], "newest": {"pipeline": "p"}}"""));
        var e = await Assert.ThrowsAsync<InvalidDataException>(() => new LedgerStore(account).ReadAsync(Pipeline));
        Assert.Contains("later version of this program", e.Message, StringComparison.Ordinal);
    }

    private async Task<StorageAccount> AccountAsync()
    {
        var account = new StorageAccount(azurite.Service, azurite.NewPrefix() + "-");
        await account.EnsureContainersAsync();
        return account;
    }

    private static Ledger Dropped(Ledger ledger, int number)
    {
        var period = new DateOnly(2021, 1, 1).AddDays(number % 365).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var id = $"p-{number}";
        ledger = ledger.With(new LedgerDrop
        {
            Period = period, BlobName = $"p/{period}.csv", ETags = [$"0x{number:X}"], Sha256 = ContentHash.Of(BitConverter.GetBytes(number)), Revision = 1 + (number / 365), AdmittedAt = Now,
        });
        ledger = ledger.With(new LedgerRun { RunId = id, Period = period, Revision = 1 + (number / 365), ETag = $"0x{number:X}", StartedAt = Now });
        return ledger.With(new Publication
        {
            Period = period, DropRevision = 1, Revision = 1 + (number / 365), RunId = id, HistoryHash = "", PredictionsSha256 = "", AsOf = Now,
        });
    }

    private static Ledger Ended(Ledger ledger, int number)
    {
        var (run, drop) = (ledger.Runs[number], ledger.Drops[number]);
        return ledger.With(run with { State = RunState.Succeeded, Reason = "done", EndedAt = Now }).With(drop with { ETags = [.. drop.ETags, "again"] });
    }

    private static string Json(Ledger ledger) => JsonSerializer.Serialize(ledger, ArtifactJson.Compact);

    private static async Task<BinaryData> HeadAsync(StorageAccount account) =>
        (await account.Artifacts.GetBlobClient("p/ledger.json").DownloadContentAsync()).Value.Content;
}
