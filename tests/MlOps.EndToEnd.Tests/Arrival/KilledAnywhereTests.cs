using System.Diagnostics;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Drops;
using MlOps.Storage;
using MlOps.Testing;

namespace MlOps.EndToEnd.Tests.Arrival;

/// <summary>
/// The process may be killed at any instruction. The seed of each run is printed, and MLOPS_TEST_SEED repeats it; with MLOPS_TIME_RESTARTS=1
/// each life goes on until a run that was under way has gone on, and the seconds are printed.
/// </summary>
public sealed class KilledAnywhereTests(AzuriteFixture azurite, ITestOutputHelper output)
{
    private const int Kills = 10;
    private static readonly bool TimesRestarts = Environment.GetEnvironmentVariable("MLOPS_TIME_RESTARTS") == "1";
    private static readonly string[] Periods = ["initial", .. SmallCase.Months];

    [Theory]
    [InlineData("")]
    [InlineData("\ntime: AGE\nhistory: auto")]
    public async Task Killed_anywhere_finished_once(string more)
    {
        var seed = Environment.GetEnvironmentVariable("MLOPS_TEST_SEED") is { } text ? int.Parse(text) : Random.Shared.Next();
        output.WriteLine($"MLOPS_TEST_SEED={seed}");
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("mlops-killed-").FullName;
        try
        {
            await using var server = new MortalServer(folder);
            await server.StartAsync();
            await server.Account.Definitions.GetBlobClient("credit.yaml").UploadAsync(BinaryData.FromString(SmallCase.Definition + more));
            for (var kill = 0; kill < Kills; kill++)
            {
                // The files come spread over the lives, so that each life has a run to be killed in.
                if (kill % 2 == 0 && kill / 2 < Periods.Length)
                {
                    await DropAsync(server, Periods[kill / 2]);
                }

                await LinesAsync(server, random.Next(1, 12));
                await Task.Delay(random.Next(0, 150));
                await server.KillAsync();
                output.WriteLine($"kill {kill + 1} after: {server.Lines.LastOrDefault()}");
                await server.StartAsync();
                if (TimesRestarts)
                {
                    await TimeRestartAsync(server);
                }

                await NothingIsPartialAsync(server);
            }

            var ledger = await EndAsync(server);
            await CompareAsync(azurite, server, ledger, SmallCase.Definition + more);
            NoFinishedStepRanTwice(server);
        }
        finally
        {
            TemporaryFolder.Remove(folder);
        }
    }

    private static async Task DropAsync(MortalServer server, string period) =>
        await server.Account.Input.GetBlobClient($"credit/{period}.csv").UploadAsync(new BinaryData(SmallCase.File(period)), overwrite: true);

    // A random moment, counted in what the server says rather than in time: it works at a different pace on each machine.
    private static async Task LinesAsync(MortalServer server, int count)
    {
        var goal = server.Lines.Count + count;
        for (var patience = 0; server.Lines.Count < goal && patience < 400; patience++)
        {
            await Task.Delay(10);
        }
    }

    // Seconds from the new life's readiness until a step starts or finishes, where a run was under way.
    private async Task TimeRestartAsync(MortalServer server)
    {
        var watch = Stopwatch.StartNew();
        var said = server.Lines.Count(IsOfStep);
        var store = new LedgerStore(server.Account);
        while (server.Lines.Count(IsOfStep) == said)
        {
            if ((await store.ReadAsync(ArrivalSystem.Name)).Runs.All(r => r.State != RunState.Active))
            {
                output.WriteLine("no run was under way");
                return;
            }

            Assert.True(watch.Elapsed < Patience.Limit, string.Join('\n', server.Lines.TakeLast(60)));
            await Task.Delay(50);
        }

        output.WriteLine($"a run went on {watch.Elapsed.TotalSeconds:F1} s after the restart");

        static bool IsOfStep(string line) => line.Contains("step started", StringComparison.Ordinal) || line.Contains("step finished", StringComparison.Ordinal);
    }

    internal static async Task<Ledger> EndAsync(MortalServer server)
    {
        var store = new LedgerStore(server.Account);
        for (var began = Stopwatch.StartNew(); began.Elapsed < Patience.Limit;)
        {
            var ledger = await store.ReadAsync(ArrivalSystem.Name);
            if (SmallCase.Months.All(m => ledger.Current(m) is { } drop && LedgerHistory.IsPublished(ledger, drop))
                && ledger.Runs.All(r => r.State != RunState.Active))
            {
                return ledger;
            }

            await Task.Delay(Patience.Pause);
        }

        throw new TimeoutException("The runs did not end.\n" + string.Join('\n', server.Lines.TakeLast(60)));
    }

    private static async Task NothingIsPartialAsync(MortalServer server)
    {
        await foreach (var blob in server.Account.Output.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata }))
        {
            if (blob.Name.EndsWith(".csv", StringComparison.Ordinal))
            {
                var bytes = await ArrivalSystem.ReadAsync(server.Account.Output, blob.Name);
                Assert.Equal(201, bytes.Count(b => b == '\n'));
                Assert.Equal((byte)'\n', bytes[^1]);
            }
        }
    }

    // Exactly one complete file a drop, and its bytes are those of a run that nobody disturbed.
    internal static async Task CompareAsync(AzuriteFixture azurite, MortalServer server, Ledger ledger, string definition = SmallCase.Definition)
    {
        var calm = await Undisturbed.PredictionsAsync(azurite, definition);
        var files = (await ArrivalSystem.NamesAsync(server.Account.Output, "credit/pred_")).Where(n => n.EndsWith(".csv", StringComparison.Ordinal));
        Assert.Equal(SmallCase.Months.Select(m => $"credit/pred_{m}.csv"), files);
        foreach (var month in SmallCase.Months)
        {
            var bytes = await ArrivalSystem.ReadAsync(server.Account.Output, $"credit/pred_{month}.csv");
            Assert.Equal(calm[month], ContentHash.Of(bytes));
            Assert.Equal(ledger.Published(month)!.PredictionsSha256, ContentHash.Of(bytes));
        }

        // People are told after the ledger is.
        string[] runs = [.. ledger.Runs.Select(r => r.RunId).Order(StringComparer.Ordinal)];
        string[] notices = [];
        for (var began = Stopwatch.StartNew(); began.Elapsed < Patience.Limit && notices.Length < runs.Length; await Task.Delay(Patience.Pause))
        {
            notices = [.. (await ArrivalSystem.NamesAsync(server.Account.Notifications, "credit/")).Select(n => n["credit/".Length..^".json".Length]).Order(StringComparer.Ordinal)];
        }

        Assert.Equal(runs, notices);
    }

    private void NoFinishedStepRanTwice(MortalServer server)
    {
        var finished = new HashSet<string>();
        int started = 0, again = 0;
        foreach (var line in server.Lines)
        {
            if (Step(line, "step finished ") is { } end)
            {
                Assert.True(finished.Add(end), $"{end} finished twice.");
            }
            else if (Step(line, "step started ") is { } begin)
            {
                started++;
                again += finished.Contains(begin) ? 1 : 0;
            }
        }

        output.WriteLine($"{started} steps started, {finished.Count} finished, {again} of them again");
        Assert.NotEmpty(finished);
        Assert.Equal(0, again);
    }

    private static string? Step(string line, string mark)
    {
        var at = line.IndexOf(mark, StringComparison.Ordinal);
        return at < 0 ? null : line[(at + mark.Length)..].Trim();
    }
}
