using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Microsoft.Extensions.Logging.Abstractions;
using MlOps.Cli.Hosting;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;
using MlOps.Testing;
using MlOps.Tuning;
using MlOps.Web.Api;

namespace MlOps.Benchmarks.Serving;

/// <summary>
/// What the page asks the server for, on an account with a thousand runs, a run of which has 200 trials of a hundred rounds, and
/// the steps of all of them: milliseconds of a process' first answer, code yet to be compiled, and of later ones. Ends with 1 if
/// of those one in a hundred takes 300 or more.
/// </summary>
internal static class RenderingBenchmark
{
    private const int Runs = 1000;
    private const int Trials = 200;
    private const int StepsARun = 12;
    private const int Repeats = 30;
    private const double LimitMs = 300;
    private const string Name = "credit";

    private static readonly DateTimeOffset Begin = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task<int> RunAsync()
    {
        await using var azurite = new AzuriteFixture();
        await azurite.InitializeAsync();
        var account = new StorageAccount(azurite.ConnectionString);
        await account.EnsureContainersAsync();
        var run = await FillAsync(account);
        var client = ConnectedAccount.To(azurite.ConnectionString).Client;
        var worst = 0.0;
        Console.WriteLine("| what | bytes | first ms | median ms | p99 ms |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (var (what, path) in new[]
        {
            ("50 of 1,000 runs", "/api/runs"),
            ("500 of 1,000 runs", "/api/runs?limit=500"),
            ("the runs of a period", $"/api/runs?pipeline={Name}&period=20210101"),
            ("a run with 200 trials", $"/api/runs/{run}"),
            ("the pipelines", "/api/pipelines"),
            ("a pipeline", $"/api/pipelines/{Name}"),
            ("500 of 999 periods", $"/api/pipelines/{Name}/periods?limit=500"),
        })
        {
            // A server of its own each time: the first answer finds nothing in memory.
            var (app, address) = await HttpServer.StartAsync(0, NullLoggerFactory.Instance, new ApiServer(account, client), CancellationToken.None);
            await using (app)
            {
                using var http = new HttpClient { BaseAddress = address };
                await http.GetStringAsync(new Uri("/health", UriKind.Relative));
                var times = new List<double>();
                var bytes = 0;
                for (var i = 0; i <= Repeats; i++)
                {
                    var watch = Stopwatch.GetTimestamp();
                    bytes = (await http.GetByteArrayAsync(new Uri(path, UriKind.Relative))).Length;
                    times.Add(Stopwatch.GetElapsedTime(watch).TotalMilliseconds);
                }

                var later = times.Skip(1).Order().ToArray();
                var late = later[(int)(later.Length * 0.99)];
                worst = Math.Max(worst, late);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {bytes:N0} | {times[0]:0.0} | {later[later.Length / 2]:0.0} | {late:0.0} |"));
            }
        }

        return worst < LimitMs ? 0 : 1;
    }

    // Documents as the program writes them; their contents are made up.
    private static async Task<string> FillAsync(StorageAccount account)
    {
        var name = PipelineName.Parse(Name);
        await account.Definitions.GetBlobClient($"{Name}.yaml").UploadAsync(BinaryData.FromString("label: y\n"));
        var (drops, runs, publications) = (new List<LedgerDrop>(), new List<LedgerRun>(), new List<Publication>());
        for (var i = 0; i < Runs; i++)
        {
            var period = i == 0 ? PeriodOrder.Initial : Begin.AddDays(i - 1).ToString("yyyyMMdd", CultureInfo.InvariantCulture);
            var (etag, sha, at) = ($"0x{i + 1:X15}", Hash($"drop{i}"), Begin.AddDays(i));
            drops.Add(new LedgerDrop { Period = period, BlobName = $"{Name}/{period}.csv", ETags = [etag], Sha256 = sha, Length = 1 << 20, Revision = 1, Verdict = Verdict.Accepted, Rows = 10_000, HasLabel = true, AdmittedAt = at });
            runs.Add(new LedgerRun { RunId = $"{Name}-{period}-{etag}", Period = period, Revision = 1, ETag = etag, State = i % 50 == 49 ? RunState.Failed : RunState.Succeeded, Reason = "A reason in a sentence, as long as such sentences are on the average.", StartedAt = at, EndedAt = at.AddMinutes(3) });
            if (i > 0)
            {
                publications.Add(new Publication { Period = period, DropRevision = 1, Revision = 1, RunId = runs[^1].RunId, HistoryHash = Hash($"history{i}"), PredictionsSha256 = Hash($"pred{i}"), AsOf = at, Complete = true });
            }
        }

        await new LedgerStore(account).UpdateAsync(name, ledger => ledger with { Drops = drops, Runs = runs, Publications = publications });
        var tuned = runs[^1];
        var steps = Enumerable.Range(0, StepsARun).Select(s => new StepOutcome($"step{s}", Hash($"s{s}"), false, "it had not run with these inputs before", 12.5, tuned.StartedAt)).ToArray();
        await new RunDocuments(account).WriteAsync(new RunDocument
        {
            RunId = tuned.RunId,
            Pipeline = Name,
            Period = tuned.Period,
            File = $"{Name}/{tuned.Period}.csv",
            ETag = tuned.ETag,
            State = tuned.State,
            History = [.. drops.Select(d => new PinnedDrop(d.Period, d.BlobName, d.ETags[0], d.Sha256, d.Revision))],
            Steps = steps,
            TrialSteps = [.. Enumerable.Range(0, Trials).Select(t => steps[0] with { Name = "train", Key = Hash($"t{t}") })],
            Trials = [.. Enumerable.Range(0, Trials).Select(TrialOf)],
            Log = [.. Enumerable.Range(0, 300).Select(l => new RunLogEntry(tuned.StartedAt.AddSeconds(l), $"line {l} of the log"))],
        });
        await FillStepsAsync(account);
        return tuned.RunId;
    }

    private static TrialRecord TrialOf(int number) => JsonSerializer.Deserialize<TrialRecord>(
        $$"""
        { "number": {{number}}, "wave": {{number / 4}}, "state": "COMPLETE", "value": 0.75{{number:000}}, "work": 48000000,
          "parameters": { "num_leaves": {{31 + number}}, "learning_rate": 0.05, "feature_fraction": 0.8, "lambda_l1": 0.001, "lambda_l2": 0.1, "min_child_samples": 20, "bagging_fraction": 0.9, "bagging_freq": 3 },
          "intermediate": { {{string.Join(", ", Enumerable.Range(1, 100).Select(i => $"\"{i}\": 0.7{i:000}{number:000}"))}} } }
        """, ArtifactJson.Compact)!;

    // Lists of the container must pass these by: a few files for each step of each run.
    private static Task FillStepsAsync(StorageAccount account) =>
        Parallel.ForAsync(0, Runs * StepsARun, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, cancellation) =>
            await account.Artifacts.GetBlobClient($"{Name}/steps/{Hash($"step{i}")}/step.json").UploadAsync(BinaryData.FromString("{}"), cancellation));

    private static string Hash(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
