using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using MlOps.Pipeline.FeatureStore;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.Pipeline.Tests.FeatureStore;

public sealed class OnlineStoreTests(AzuriteFixture azurite)
{
    private static readonly PipelineName Credit = PipelineName.Parse("credit");
    private static readonly Period October = Period.Parse("20201001");
    private static readonly Period November = Period.Parse("20201101");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_cell_of_every_kind_is_found_by_its_id_to_the_bit()
    {
        var (store, _) = Open();
        var file = Rows(400, salt: 1);
        await PublishAsync(store, October, file);
        var ids = Ids(file);
        var found = await store.FindAsync(Credit, ids, Stop);
        var single = await store.FindAsync(Credit, ids[..7], Stop);
        for (var row = 0; row < ids.Length; row++)
        {
            Assert.Equal((ids[row], October.Value, 1), (found[row]!.Id, found[row]!.Period, found[row]!.Revision));
            for (var column = 2; column < file.Columns.Count; column++)
            {
                Assert.Equal(Cell(file.Columns[column], row), Cell(found[row]!.Cells[column - 2]));
                Assert.Equal(file.Columns[column].Text(row), found[row]!.Text(column - 2));
            }
        }

        Assert.All(single.Zip(found), pair => Assert.Equal(pair.Second!.Cells, pair.First!.Cells));
        Assert.Equal(["number", "truth", "time", "text"], found[0]!.Columns.Select(c => c.Name));
        Assert.Null((await store.FindAsync(Credit, ["no such id"], Stop))[0]);
        Assert.Null((await store.FindAsync(PipelineName.Parse("other"), ids[..1], Stop))[0]);
    }

    [Fact]
    public async Task The_newest_period_that_has_an_id_answers_whatever_was_written_last()
    {
        var (store, _) = Open();
        await PublishAsync(store, November, Rows(20, salt: 2));
        await PublishAsync(store, October, Rows(30, salt: 1));
        var found = await store.FindAsync(Credit, ["1", "25"], Stop);
        Assert.Equal([November.Value, October.Value], found.Select(r => r!.Period));

        // An older revision that comes late changes nothing.
        await PublishAsync(store, November, Rows(20, salt: 3), revision: 3);
        await PublishAsync(store, November, Rows(20, salt: 2), revision: 2);
        Assert.Equal(3, (await store.FindAsync(Credit, ["1"], Stop))[0]!.Revision);
        Assert.Equal([(November.Value, 3), (October.Value, 1)], (await store.GenerationsAsync(Credit, Stop)).Select(g => (g.Period, g.Revision)));
    }

    [Fact]
    public async Task What_has_expired_is_not_served_and_is_removed_with_the_next_writing()
    {
        var clock = new SetClock();
        var (store, account) = Open(clock);
        await PublishAsync(store, October, Rows(5, salt: 1), keep: TimeSpan.FromDays(30));
        var row = (await store.FindAsync(Credit, ["1"], Stop))[0]!;
        Assert.Equal((clock.Now, clock.Now.AddDays(30)), (row.WrittenAt, row.ExpiresAt!.Value));

        clock.Now += TimeSpan.FromDays(30);
        Assert.Null((await store.FindAsync(Credit, ["1"], Stop))[0]);
        Assert.Empty(await store.GenerationsAsync(Credit, Stop));
        await PublishAsync(store, November, Rows(3, salt: 2));
        Assert.Equal(3, await RowsAsync(account));
    }

    [Fact]
    public async Task Stopped_at_any_request_before_or_after_it_took_effect_readers_see_one_revision_whole_and_the_next_writing_leaves_no_rest()
    {
        var requests = 0;
        for (var (at, whole) = (1, 0); whole < 2; at++)
        {
            whole = 0;
            foreach (var after in (bool[])[false, true])
            {
                var clock = new SetClock();
                var prefix = azurite.NewPrefix() + "-";
                var (calm, account) = Open(clock, prefix);
                await PublishAsync(calm, October, Rows(4, salt: 1));
                var fault = new FaultAt(at, after);
                var (dying, _) = Open(clock, prefix, fault);
                var ended = await Record.ExceptionAsync(() => PublishAsync(dying, October, Rows(4, salt: 2), revision: 2));
                Assert.Equal(fault.Requests >= at, ended is not null);
                whole += ended is null ? 1 : 0;
                requests = fault.Requests;

                var seen = await calm.FindAsync(Credit, Ids(Rows(4, salt: 1)), Stop);
                var revision = Assert.Single(seen.Select(r => r!.Revision).Distinct());
                Assert.All(seen, r => Assert.Equal(Rows(4, salt: revision)["text"].Text(int.Parse(r!.Id)), r.Text(3)));

                // The same writing again, as a run does it that is taken up; and long after, what a writing left that never was.
                await PublishAsync(calm, October, Rows(4, salt: 2), revision: 2);
                Assert.Equal(2, (await calm.FindAsync(Credit, ["0"], Stop))[0]!.Revision);
                clock.Now += TimeSpan.FromDays(1);
                await PublishAsync(calm, October, Rows(4, salt: 2), revision: 2);
                Assert.Equal(4, await RowsAsync(account));
            }
        }

        Assert.InRange(requests, 8, 40);
    }

    [Fact]
    public async Task Rows_that_nobody_is_pointed_at_are_not_seen_and_are_removed_once_they_are_given_up()
    {
        var clock = new SetClock();
        var (store, account) = Open(clock);
        await PublishAsync(store, October, Rows(4, salt: 1));
        var (table, details) = ParquetFile.Read(File(Rows(6, salt: 2)));
        await store.WriteRowsAsync(Credit, new string('a', 24), table, details, Stop);

        Assert.Equal([1, 1], (await store.FindAsync(Credit, ["0", "3"], Stop)).Select(r => r!.Revision));
        Assert.Null((await store.FindAsync(Credit, ["5"], Stop))[0]);
        await PublishAsync(store, November, Rows(4, salt: 3));
        Assert.Equal(14, await RowsAsync(account));
        clock.Now += TimeSpan.FromHours(7);
        await PublishAsync(store, November, Rows(4, salt: 3));
        Assert.Equal(8, await RowsAsync(account));
    }

    [Fact]
    public async Task A_reader_beside_a_writer_sees_all_ids_of_one_revision()
    {
        var prefix = azurite.NewPrefix() + "-";
        var (writer, _) = Open(prefix: prefix);
        var (reader, _) = Open(prefix: prefix);
        await PublishAsync(writer, October, Rows(60, salt: 1));
        using var over = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var reading = Task.Run(
            async () =>
            {
                var seen = new HashSet<int>();
                while (!over.IsCancellationRequested)
                {
                    seen.Add(Assert.Single((await reader.FindAsync(Credit, Ids(Rows(60, salt: 1)), Stop)).Select(r => r!.Revision).Distinct()));
                }

                return seen;
            },
            Stop);
        for (var revision = 2; revision <= 6; revision++)
        {
            await PublishAsync(writer, October, Rows(60, salt: revision), revision: revision);
        }

        await over.CancelAsync();
        Assert.NotEmpty(await reading);
    }

    private static async Task PublishAsync(OnlineStore store, Period period, Table rows, int revision = 1, TimeSpan? keep = null)
    {
        var file = File(rows);
        await store.PublishAsync(Credit, period, ContentHash.Of(file.ToArray()), file, revision, keep, Stop);
    }

    private static MemoryStream File(Table rows)
    {
        var file = new MemoryStream();
        ParquetFile.Write(file, rows, new ParquetDetails { Columns = [new ParquetColumn("ID") { Role = "id" }, .. rows.Columns.Skip(2).Select(c => new ParquetColumn(c.Name) { Role = "feature" })] });
        file.Position = 0;
        return file;
    }

    // Ids of letters, of signs that no key may have, and very long ones; cells that a careless form loses.
    private static Table Rows(int rows, int salt)
    {
        double[] odd = [double.NaN, -0.0, 0.1 + 0.2, double.MaxValue, double.Epsilon, double.PositiveInfinity, 1e21, 5];
        string?[] texts = [null, $"a {salt}", "日本語😀", "\"<>&\\/#?\0", string.Concat(Enumerable.Repeat("😀", 20_001))];
        return new Table(
        [
            TextColumn.FromTexts("ID", Enumerable.Range(0, rows).Select(i => i % 50 == 49 ? $"a/b\\c#d?é {i}\t" + new string('z', i) : $"{i}")),
            TextColumn.FromTexts("_period", Enumerable.Repeat("p", rows)),
            new NumberColumn("number", [.. Enumerable.Range(0, rows).Select(i => i < odd.Length ? odd[i] : (i / 7.0) + salt)]),
            new NumberColumn("truth", [.. Enumerable.Range(0, rows).Select(i => i % 3 == 2 ? double.NaN : i % 3)], ColumnKind.Boolean),
            new NumberColumn("time", [.. Enumerable.Range(0, rows).Select(i => i % 5 == 0 ? double.NaN : (i * 86400.25) - 5e8)], ColumnKind.Date),
            TextColumn.FromTexts("text", Enumerable.Range(0, rows).Select(i => rows > 100 && i < texts.Length ? texts[i] : $"{salt} {i}")),
        ]);
    }

    private static string[] Ids(Table rows) => [.. Enumerable.Range(0, rows.RowCount).Select(i => rows.Columns[0].Text(i)!)];

    private static string? Cell(Column column, int row) => column is NumberColumn numbers ? Cell(double.IsNaN(numbers.Values[row]) ? null : numbers.Values[row]) : Cell(column.Text(row));

    private static string? Cell(object? cell) => cell is double number ? BitConverter.DoubleToInt64Bits(number).ToString("x16") : (string?)cell;

    private static async Task<int> RowsAsync(StorageAccount account) =>
        await account.OnlineFeatures!.QueryAsync<TableEntity>(cancellationToken: Stop).CountAsync(e => e.PartitionKey != Credit.Value, Stop);

    private (OnlineStore Store, StorageAccount Account) Open(TimeProvider? clock = null, string? prefix = null, HttpPipelinePolicy? policy = null)
    {
        var options = new TableClientOptions { Retry = { MaxRetries = policy is null ? 3 : 0 } };
        if (policy is not null)
        {
            options.AddPolicy(policy, HttpPipelinePosition.PerCall);
        }

        var account = new StorageAccount(azurite.Service, prefix ?? (azurite.NewPrefix() + "-"), new TableServiceClient(azurite.ConnectionString, options));
        return (new OnlineStore(account, clock ?? TimeProvider.System), account);
    }

    private sealed class SetClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>Ends everything from the n-th request on, as the end of a process does: before it is sent, or after it took effect.</summary>
    private sealed class FaultAt(int at, bool after) : HttpPipelinePolicy
    {
        private int requests;

        public int Requests => Volatile.Read(ref requests);

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            var number = Interlocked.Increment(ref requests);
            if (number > at || (number == at && !after))
            {
                throw new IOException("stopped");
            }

            await ProcessNextAsync(message, pipeline);
            if (number == at)
            {
                throw new IOException("stopped");
            }
        }
    }
}
