using System.Diagnostics;
using Azure.Data.Tables;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using MlOps.Cli.Azurite;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Azurite;

/// <summary>The emulator as it is after SIGKILL: whatever a client was told is done, is there.</summary>
public sealed class KilledEmulatorTests
{
    private const int Lives = 4;

    [Fact]
    public async Task What_the_emulator_has_confirmed_in_blobs_queues_and_tables_is_there_after_a_kill()
    {
        using var folder = new TemporaryFolder();
        var ports = new AzuritePorts();
        var (blobs, messages, rows) = (new Dictionary<string, string>(), new Dictionary<string, string>(), new Dictionary<string, string>());
        var random = new Random(7);
        for (var life = 0; life <= Lives; life++)
        {
            var azurite = await AzuriteProcess.StartAsync(folder.Path, ports, null, CancellationToken.None);
            try
            {
                ports = azurite.Endpoints.Ports;
                var container = new BlobContainerClient(azurite.ConnectionString, "kept");
                var queue = new QueueClient(azurite.ConnectionString, "kept");
                var table = new TableClient(azurite.ConnectionString, "kept");
                if (life == 0)
                {
                    await container.CreateAsync();
                    await queue.CreateAsync();
                    await table.CreateAsync();
                }

                await VerifyAsync(container, queue, table, blobs, messages, rows);
                if (life == Lives)
                {
                    break;
                }

                for (var i = 0; i < 20; i++)
                {
                    await BlobAsync(container, blobs, random, $"{life}-{i}");
                    await MessageAsync(queue, messages, random, $"{life}-{i}");
                    await RowAsync(table, rows, random, $"{life}-{i}");
                }

                using var process = Process.GetProcessById(azurite.ProcessId);
                process.Kill();
                await process.WaitForExitAsync();
            }
            finally
            {
                await azurite.DisposeAsync();
            }
        }
    }

    private static async Task VerifyAsync(
        BlobContainerClient container, QueueClient queue, TableClient table, Dictionary<string, string> blobs, Dictionary<string, string> messages, Dictionary<string, string> rows)
    {
        var foundBlobs = new Dictionary<string, string>();
        await foreach (var blob in container.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata }))
        {
            foundBlobs.Add(blob.Name, $"{(await container.GetBlobClient(blob.Name).DownloadContentAsync()).Value.Content} {blob.Metadata["by"]}");
        }

        Assert.Equal(blobs, foundBlobs);
        Assert.Equal(messages.Values.Order(), (await queue.PeekMessagesAsync(32)).Value.Select(message => message.MessageText).Order());
        var foundRows = new Dictionary<string, string>();
        await foreach (var row in table.QueryAsync<TableEntity>())
        {
            foundRows.Add(row.RowKey, row.GetString("Text"));
        }

        Assert.Equal(rows, foundRows);
    }

    // Put, put again, in blocks, deleted: each is an answer that the client had.
    private static async Task BlobAsync(BlobContainerClient container, Dictionary<string, string> blobs, Random random, string name)
    {
        var text = string.Concat(Enumerable.Repeat($"{name};", random.Next(1, 2000)));
        var metadata = new Dictionary<string, string> { ["by"] = name };
        if (random.Next(3) == 0)
        {
            var blob = container.GetBlockBlobClient(name);
            var ids = new[] { "AAAA", "BBBB" };
            await blob.StageBlockAsync(ids[0], BinaryData.FromString(text[..(text.Length / 2)]).ToStream());
            await blob.StageBlockAsync(ids[1], BinaryData.FromString(text[(text.Length / 2)..]).ToStream());
            await blob.CommitBlockListAsync(ids, new CommitBlockListOptions { Metadata = metadata });
        }
        else
        {
            await container.GetBlobClient(name).UploadAsync(BinaryData.FromString(text), new BlobUploadOptions { Metadata = metadata });
        }

        blobs[name] = $"{text} {name}";
        if (random.Next(4) == 0)
        {
            var old = blobs.Keys.ElementAt(random.Next(blobs.Count));
            await container.DeleteBlobAsync(old);
            blobs.Remove(old);
        }
    }

    private static async Task MessageAsync(QueueClient queue, Dictionary<string, string> messages, Random random, string text)
    {
        if (messages.Count < 30)
        {
            messages[(await queue.SendMessageAsync(text)).Value.MessageId] = text;
        }

        if (random.Next(3) == 0 && (await queue.ReceiveMessageAsync()).Value is { } received)
        {
            await queue.DeleteMessageAsync(received.MessageId, received.PopReceipt);
            messages.Remove(received.MessageId);
        }
    }

    private static async Task RowAsync(TableClient table, Dictionary<string, string> rows, Random random, string key)
    {
        await table.UpsertEntityAsync(new TableEntity("p", key) { ["Text"] = key });
        rows[key] = key;
        var other = rows.Keys.ElementAt(random.Next(rows.Count));
        if (random.Next(2) == 0)
        {
            await table.UpdateEntityAsync(new TableEntity("p", other) { ["Text"] = key }, Azure.ETag.All, TableUpdateMode.Replace);
            rows[other] = key;
        }
        else
        {
            await table.SubmitTransactionAsync([new(TableTransactionActionType.Delete, new TableEntity("p", other)), new(TableTransactionActionType.UpsertReplace, new TableEntity("p", key + "t") { ["Text"] = "t" })]);
            rows.Remove(other);
            rows[key + "t"] = "t";
        }
    }
}
