using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.FeatureStore;

/// <summary>
/// The newest features of each id in the account's tables. A period's rows are written beside those that are served, under the hash of its feature file; then
/// one row, the pointer, is changed under its ETag; then what nobody is pointed at any more is removed. Killed anywhere, a reader sees the period as it was
/// or as it is, and the next writing removes what was left.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="time">Clock for what expires.</param>
public sealed class OnlineStore(StorageAccount account, TimeProvider time)
{
    private const string Content = "content";
    private const string IdProperty = "id";
    private const int IdShown = 200;
    private const int ChunkCharacters = 30_000;
    private const int RowCharacters = 400_000;
    private const int BatchRows = 100;
    private const int BatchCharacters = 500_000;
    private const int SideBySide = 8;
    private const int ScanFrom = 50;
    private const int ScanRows = 50;
    private const int Attempts = 20;

    // A writing that has begun and is not pointed at may still go on.
    private static readonly TimeSpan Abandoned = TimeSpan.FromHours(6);

    private readonly UnchangingDocuments<IReadOnlyList<FeatureColumn>> _columns = new(100);

    private TableClient Table => account.OnlineFeatures
        ?? throw new StepRefusedException(Sentence.Of("online-no-tables"));

    /// <summary>Puts a period's features online, whole or not at all.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="period">Period.</param>
    /// <param name="sha256">SHA-256 of the feature file.</param>
    /// <param name="file">The file, seekable.</param>
    /// <param name="revision">Revision of the period's publication; an older one never takes the place of a newer one.</param>
    /// <param name="keep">How long it is served; <see langword="null"/> for as long as the period is among the newest.</param>
    /// <param name="cancellation">Stops the writing.</param>
    public async Task PublishAsync(
        PipelineName pipeline, Period period, string sha256, Stream file, int revision, TimeSpan? keep, CancellationToken cancellation = default)
    {
        var (table, details) = ParquetFile.Read(file);
        var generation = new Generation(period.Value, sha256, revision, table.RowCount, default);
        var (before, _) = await ReadPointerAsync(pipeline, cancellation);
        if (!before.Generations.Any(g => g.Mark == generation.Mark))
        {
            await WriteRowsAsync(pipeline, generation.Mark, table, details, cancellation);
        }

        for (var attempt = 1; ; attempt++)
        {
            var now = time.GetUtcNow();
            var (pointer, etag) = await ReadPointerAsync(pipeline, cancellation);
            var next = pointer.With(generation with { WrittenAt = now, ExpiresAt = now + keep }, now);
            if (await TryPointAsync(pipeline, next, etag, cancellation))
            {
                await RemoveLeftAsync(pipeline, cancellation);
                return;
            }

            if (attempt == Attempts)
            {
                throw new IOException($"What is online of {pipeline} was changed by others {Attempts} times in a row.");
            }
        }
    }

    /// <summary>The newest features of some ids, all as of one moment.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="ids">Ids as the files write them.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <returns>One for each id in its order; <see langword="null"/> where no period that is online has it.</returns>
    public async Task<IReadOnlyList<FeatureRow?>> FindAsync(PipelineName pipeline, IReadOnlyList<string> ids, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        for (var attempt = 1; ; attempt++)
        {
            var (pointer, etag) = await ReadPointerAsync(pipeline, cancellation);
            var now = time.GetUtcNow();
            var rows = new FeatureRow?[ids.Count];
            foreach (var generation in pointer.Generations.Where(g => !g.Expired(now)))
            {
                await FindAsync(pipeline, generation, ids, rows, cancellation);
            }

            // Rows are removed only after the pointer has left them: where it has not moved, nothing was missed in between.
            if ((await ReadPointerAsync(pipeline, cancellation)).ETag == etag)
            {
                return rows;
            }

            if (attempt == Attempts)
            {
                throw new IOException($"What is online of {pipeline} changed {Attempts} times while it was read.");
            }
        }
    }

    /// <summary>What is online of a pipeline, the newest period first; empty where nothing is.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<Generation>> GenerationsAsync(PipelineName pipeline, CancellationToken cancellation = default)
    {
        var now = time.GetUtcNow();
        return [.. (await ReadPointerAsync(pipeline, cancellation)).Pointer.Generations.Where(g => !g.Expired(now))];
    }

    /// <summary>Writes a generation's rows; nobody is pointed at them yet.</summary>
    internal async Task WriteRowsAsync(PipelineName pipeline, string mark, Table table, ParquetDetails details, CancellationToken cancellation)
    {
        var (ids, features) = (FeatureCells.Ids(table, details), FeatureCells.Features(table, details));
        var started = new TableEntity(OnlineKeys.Head(pipeline), OnlineKeys.Started + mark) { ["at"] = time.GetUtcNow() };
        Put(started, JsonSerializer.Serialize(features.Select(c => new FeatureColumn(c.Name, c.Kind)), ArtifactJson.Compact), mark);
        try
        {
            await Table.UpsertEntityAsync(started, TableUpdateMode.Replace, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // Elsewhere the infrastructure has made it, and the identity may fill it and make none.
            await Table.CreateIfNotExistsAsync(cancellation);
            await Table.UpsertEntityAsync(started, TableUpdateMode.Replace, cancellation);
        }

        var keys = Enumerable.Range(0, ids.RowCount).Select(row => (Row: row, Key: OnlineKeys.Of(ids.Text(row)!)));
        await Parallel.ForEachAsync(
            keys.GroupBy(k => k.Key.Partition),
            new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellation },
            async (partition, stop) =>
            {
                var batch = new List<TableTransactionAction>(BatchRows);
                var characters = 0;
                foreach (var (row, key) in partition)
                {
                    var id = ids.Text(row)!;
                    var cells = FeatureCells.Write(features, row);
                    var entity = new TableEntity(OnlineKeys.Partition(pipeline, mark, partition.Key), key.Row) { [IdProperty] = id.Length <= IdShown ? id : id[..IdShown] };
                    Put(entity, cells, id);
                    if (batch.Count == BatchRows || (batch.Count > 0 && characters + cells.Length > BatchCharacters))
                    {
                        await Table.SubmitTransactionAsync(batch, stop);
                        batch.Clear();
                        characters = 0;
                    }

                    batch.Add(new TableTransactionAction(TableTransactionActionType.UpsertReplace, entity));
                    characters += cells.Length;
                }

                if (batch.Count > 0)
                {
                    await Table.SubmitTransactionAsync(batch, stop);
                }
            });
    }

    // Fills in those that no newer generation has. Few are asked for one by one; of many a request brings a thousand rows, wanted or not.
    private async Task FindAsync(PipelineName pipeline, Generation generation, IReadOnlyList<string> ids, FeatureRow?[] rows, CancellationToken cancellation)
    {
        var wanted = Enumerable.Range(0, ids.Count).Where(i => rows[i] is null).ToList();
        if (wanted.Count == 0 || await ColumnsAsync(pipeline, generation.Mark, cancellation) is not { } columns)
        {
            return;
        }

        FeatureRow Row(string id, TableEntity entity) => new(
            id, generation.Period, generation.Revision, generation.Sha256, generation.WrittenAt, generation.ExpiresAt, columns, FeatureCells.Read(Text(entity), columns));

        var many = new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellation };
        if (wanted.Count < ScanFrom || generation.Rows > (long)wanted.Count * ScanRows)
        {
            await Parallel.ForEachAsync(wanted, many, async (i, stop) =>
            {
                var (partition, key) = OnlineKeys.Of(ids[i]);
                var found = await Table.GetEntityIfExistsAsync<TableEntity>(OnlineKeys.Partition(pipeline, generation.Mark, partition), key, cancellationToken: stop);
                rows[i] = found.HasValue ? Row(ids[i], found.Value!) : null;
            });
            return;
        }

        await Parallel.ForEachAsync(wanted.Select(i => (At: i, Key: OnlineKeys.Of(ids[i]))).GroupBy(w => w.Key.Partition), many, async (partition, stop) =>
        {
            var asked = partition.ToLookup(w => w.Key.Row, w => w.At, StringComparer.Ordinal);
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {OnlineKeys.Partition(pipeline, generation.Mark, partition.Key)}");
            await foreach (var entity in Table.QueryAsync<TableEntity>(filter, cancellationToken: stop))
            {
                foreach (var at in asked[entity.RowKey])
                {
                    rows[at] = Row(ids[at], entity);
                }
            }
        });
    }

    // None where the generation is being removed: the pointer has left it then, and whoever reads looks again.
    private async Task<IReadOnlyList<FeatureColumn>?> ColumnsAsync(PipelineName pipeline, string mark, CancellationToken cancellation)
    {
        var name = $"{pipeline}/{mark}";
        if (_columns.Find(name) is { } known)
        {
            return known;
        }

        var head = await Table.GetEntityIfExistsAsync<TableEntity>(OnlineKeys.Head(pipeline), OnlineKeys.Started + mark, cancellationToken: cancellation);
        return head.HasValue ? _columns.Keep(name, JsonSerializer.Deserialize<List<FeatureColumn>>(Text(head.Value!), ArtifactJson.Compact)!) : null;
    }

    private async Task<(OnlinePointer Pointer, ETag? ETag)> ReadPointerAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        try
        {
            var found = await Table.GetEntityIfExistsAsync<TableEntity>(OnlineKeys.Head(pipeline), OnlineKeys.Pointer, cancellationToken: cancellation);
            return found.HasValue
                ? (JsonSerializer.Deserialize<OnlinePointer>(Text(found.Value!), ArtifactJson.Compact)!, found.Value!.ETag)
                : (new OnlinePointer([]), null);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            // There is no table before the first period.
            return (new OnlinePointer([]), null);
        }
    }

    private async Task<bool> TryPointAsync(PipelineName pipeline, OnlinePointer pointer, ETag? etag, CancellationToken cancellation)
    {
        var entity = new TableEntity(OnlineKeys.Head(pipeline), OnlineKeys.Pointer);
        Put(entity, JsonSerializer.Serialize(pointer, ArtifactJson.Compact), OnlineKeys.Pointer);
        try
        {
            if (etag is { } known)
            {
                await Table.UpdateEntityAsync(entity, known, TableUpdateMode.Replace, cancellation);
            }
            else
            {
                await Table.AddEntityAsync(entity, cancellation);
            }

            return true;
        }
        catch (RequestFailedException e) when (e.Status is 409 or 412)
        {
            return false;
        }
    }

    // Generations that the pointer has left, and those of writings that never came to an end. Their names go last, so that a removal that was cut short is taken up again.
    private async Task RemoveLeftAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        var (pointer, _) = await ReadPointerAsync(pipeline, cancellation);
        var served = pointer.Generations.Select(g => g.Mark).ToHashSet(StringComparer.Ordinal);
        var left = new List<TableEntity>();
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {OnlineKeys.Head(pipeline)} and RowKey gt {OnlineKeys.Started} and RowKey lt {OnlineKeys.Started + "g"}");
        await foreach (var entity in Table.QueryAsync<TableEntity>(filter, select: ["PartitionKey", "RowKey", "at", "pointed"], cancellationToken: cancellation))
        {
            if (!served.Contains(entity.RowKey[OnlineKeys.Started.Length..]))
            {
                left.Add(entity);
            }
            else if (entity.GetBoolean("pointed") != true)
            {
                await Table.UpdateEntityAsync(new TableEntity(entity.PartitionKey, entity.RowKey) { ["pointed"] = true }, ETag.All, TableUpdateMode.Merge, cancellation);
            }
        }

        var now = time.GetUtcNow();
        foreach (var entity in left.Where(e => e.GetBoolean("pointed") == true || e.GetDateTimeOffset("at") is not { } at || now - at > Abandoned))
        {
            await RemoveRowsAsync(pipeline, entity.RowKey[OnlineKeys.Started.Length..], cancellation);
            await Table.DeleteEntityAsync(entity.PartitionKey, entity.RowKey, ETag.All, cancellation);
        }
    }

    private Task RemoveRowsAsync(PipelineName pipeline, string mark, CancellationToken cancellation) => Parallel.ForEachAsync(
        Enumerable.Range(0, OnlineKeys.Partitions),
        new ParallelOptions { MaxDegreeOfParallelism = SideBySide, CancellationToken = cancellation },
        async (number, stop) =>
        {
            var filter = TableClient.CreateQueryFilter($"PartitionKey eq {OnlineKeys.Partition(pipeline, mark, number)}");
            await foreach (var page in Table.QueryAsync<TableEntity>(filter, BatchRows, ["PartitionKey", "RowKey"], stop).AsPages())
            {
                if (page.Values.Count > 0)
                {
                    await Table.SubmitTransactionAsync(page.Values.Select(e => new TableTransactionAction(TableTransactionActionType.Delete, e, ETag.All)), stop);
                }
            }
        });

    // A property holds 32 thousand characters, a row all of them together half a million.
    private static void Put(TableEntity entity, string text, string id)
    {
        if (text.Length > RowCharacters)
        {
            throw new StepRefusedException(Sentence.Of("online-too-long", ("id", id.Length <= 60 ? id : id[..60] + "…"), ("length", text.Length), ("most", RowCharacters), ("setting", "{online: false}")));
        }

        for (var (at, number) = (0, 0); at < text.Length; number++)
        {
            // A pair of surrogates is one character and stays together.
            var length = Math.Min(ChunkCharacters, text.Length - at);
            length -= at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]) ? 1 : 0;
            entity[Content + number] = text.Substring(at, length);
            at += length;
        }
    }

    private static string Text(TableEntity entity)
    {
        var text = new System.Text.StringBuilder();
        for (var number = 0; entity.TryGetValue(Content + number, out var part); number++)
        {
            text.Append((string)part);
        }

        return text.ToString();
    }
}
