using System.Collections.Concurrent;
using Azure;
using Azure.Data.Tables;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.FeatureStore;
using MlOps.Storage;
using MlOps.Tabular;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>
/// A period is published again and again, with other features of the same ids, and the process is killed meanwhile: half of the times at any moment, half
/// of them while features are put offline and online. The seed of each run is printed, and MLOPS_TEST_SEED repeats it.
/// </summary>
public sealed class StoredFeaturesKilledAnywhereTests(ITestOutputHelper output)
{
    private const string Month = "20201001";
    private const int Rows = 200;
    private const int Revisions = 2;
    private const string Definition = SmallCase.Definition + "\nfeature_store: {online: true}\nrestate: never\n";
    private static readonly string[] Ids = [.. Enumerable.Range(int.Parse(Month) * 10, Rows).Select(id => $"{id}")];

    [Fact]
    public async Task Killed_anywhere_in_a_publication_stored_features_are_read_as_of_one_revision()
    {
        var seed = Environment.GetEnvironmentVariable("MLOPS_TEST_SEED") is { } text ? int.Parse(text) : Random.Shared.Next();
        output.WriteLine($"MLOPS_TEST_SEED={seed}");
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("mlops-killed-").FullName;
        try
        {
            await using var server = new MortalServer(folder);
            await server.StartAsync();
            await server.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(Definition));
            await DropAsync(server, "initial", 1);
            var seen = new Seen();
            for (var revision = 1; revision <= Revisions; revision++)
            {
                await DropAsync(server, Month, revision);
                foreach (var isPublication in (bool[])[false, true])
                {
                    using var over = new CancellationTokenSource();
                    var watching = WatchAsync(server, seen, over.Token);
                    await (isPublication ? PublicationAsync(server, revision) : LinesAsync(server, random.Next(1, 12)));
                    await Task.Delay(random.Next(0, isPublication ? 60 : 150), TestContext.Current.CancellationToken);
                    await server.KillAsync();
                    output.WriteLine($"killed after: {server.Lines.LastOrDefault()}");
                    await over.CancelAsync();
                    await watching;
                    await server.StartAsync();
                    await LookAsync(server, seen);
                }

                // So that the next revision is one of a publication that stands.
                await PublishedAsync(server, revision);
                await LookAsync(server, seen);
            }

            Assert.Empty(seen.Mixed);
            output.WriteLine($"{seen.Reads} times read, {seen.Files.Count} revisions seen");
            Assert.Equal(Revisions, seen.Files.Count);
            await OnlineIsOfflineAsync(server);
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }
    }

    private static async Task DropAsync(MortalServer server, string period, int seed) =>
        await server.Account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period, seed: seed)), overwrite: true);

    // What every reader may ask at any time: all ids of the month are there, of one file, or none is.
    private static async Task LookAsync(MortalServer server, Seen seen)
    {
        var rows = await new OnlineStore(server.Account, TimeProvider.System).FindAsync(ArrivalSystem.Name, Ids);
        string?[] files = [.. rows.Select(r => r?.Sha256).Distinct()];
        Interlocked.Increment(ref seen.Reads);
        if (files.Length > 1)
        {
            seen.Mixed.Add($"{rows.Count(r => r is null)} of {Rows} missing, files {string.Join(", ", files)}");
        }

        foreach (var file in files.OfType<string>())
        {
            seen.Files[file] = true;
        }
    }

    private static async Task WatchAsync(MortalServer server, Seen seen, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            try
            {
                await LookAsync(server, seen);
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException)
            {
                // With the server the emulator goes.
            }

            await Task.Delay(5, CancellationToken.None);
        }
    }

    // Until the revision's feature file is made, which is what its publication begins with.
    private static async Task PublicationAsync(MortalServer server, int revision)
    {
        for (var patience = 0; patience < 3000; patience++)
        {
            if (server.Lines.Where(l => l.Contains("step finished feature-file", StringComparison.Ordinal)).Distinct().Count() > revision
                || await IsPublishedAsync(server, revision))
            {
                return;
            }

            await Task.Delay(10);
        }
    }

    private static async Task LinesAsync(MortalServer server, int count)
    {
        var goal = server.Lines.Count + count;
        for (var patience = 0; server.Lines.Count < goal && patience < 400; patience++)
        {
            await Task.Delay(10);
        }
    }

    private static async Task<bool> IsPublishedAsync(MortalServer server, int revision)
    {
        var ledger = await new LedgerStore(server.Account).ReadAsync(ArrivalSystem.Name);
        return ledger.Current(Month) is { } drop && drop.Revision == revision && LedgerHistory.IsPublished(ledger, drop) && ledger.Runs.All(r => r.State != RunState.Active);
    }

    private static async Task PublishedAsync(MortalServer server, int revision)
    {
        for (var began = System.Diagnostics.Stopwatch.StartNew(); !await IsPublishedAsync(server, revision); await Task.Delay(Patience.Pause))
        {
            Assert.True(began.Elapsed < Patience.Limit, string.Join('\n', server.Lines.TakeLast(60)));
        }
    }

    // After all kills the table holds the rows of the month's newest file, cell by cell, and of no other one.
    private static async Task OnlineIsOfflineAsync(MortalServer server)
    {
        using var bytes = new MemoryStream(await ArrivalSystem.ReadAsync(server.Account.Features, OfflineStore.FileName(ArrivalSystem.Name, Period.Parse(Month))));
        var file = ParquetFile.Read(bytes).Table;
        var rows = await new OnlineStore(server.Account, TimeProvider.System).FindAsync(ArrivalSystem.Name, Ids);
        Assert.Equal(Ids, Enumerable.Range(0, file.RowCount).Select(row => file["SK_ID_CURR"].Text(row)));
        for (var row = 0; row < Rows; row++)
        {
            Assert.Equal(ContentHash.Of(bytes.ToArray()), rows[row]!.Sha256);
            Assert.Equal(rows[row]!.Columns.Select(c => file[c.Name].Text(row)), rows[row]!.Columns.Select((_, at) => rows[row]!.Text(at)));
        }

        var stored = 0;
        await foreach (var entity in server.Account.OnlineFeatures!.QueryAsync<TableEntity>(select: ["PartitionKey"]))
        {
            stored += entity.PartitionKey.StartsWith("credit.", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.Equal(Rows, stored);
    }

    private sealed class Seen
    {
        public int Reads;

        public ConcurrentBag<string> Mixed { get; } = [];

        public ConcurrentDictionary<string, bool> Files { get; } = new(StringComparer.Ordinal);
    }
}
