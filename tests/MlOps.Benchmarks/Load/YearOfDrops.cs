using System.Globalization;
using System.Text;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Benchmarks.Load;

/// <summary>
/// What a pipeline leaves in the account when many files have been dropped into it, written by the product's own code without doing the work again: a drop, a
/// run and a publication in the ledger for each, with run document, cost, notice and measurements; the newest files of each day in input and output.
/// A day follows on the other, and after a year each is dropped again.
/// </summary>
internal sealed class YearOfDrops
{
    private const int Days = 365;
    private const int AtOnce = 16;
    private static readonly DateOnly First = new(2021, 1, 1);
    private readonly StorageAccount account;
    private readonly PipelineName pipeline;
    private readonly Ledger real;
    private readonly LedgerRun done;
    private readonly RunDocument document;
    private readonly Publication published;

    private YearOfDrops(StorageAccount account, PipelineName pipeline, Ledger real, LedgerRun done, RunDocument document)
    {
        (this.account, this.pipeline, this.real, this.done, this.document) = (account, pipeline, real, done, document);
        published = real.Publications.Last(p => p.RunId == done.RunId);
    }

    /// <summary>The day after the last of a year.</summary>
    /// <param name="day">How many days after it.</param>
    public static string PeriodAfter(int day) => Period(Days + day);

    /// <summary>Fills the account.</summary>
    /// <param name="account">The account; the pipeline's newest run in it is the pattern for all.</param>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="drops">How many drops the ledger is to have.</param>
    /// <param name="file">Bytes of a day's file.</param>
    public static async Task FillAsync(StorageAccount account, PipelineName pipeline, int drops, byte[] file)
    {
        var ledger = await new LedgerStore(account).ReadAsync(pipeline);
        var done = ledger.Runs.Last(r => r.State == RunState.Succeeded && r.Period != PeriodOrder.Initial);
        var document = await new RunDocuments(account).ReadAsync(pipeline, RunId.Parse(done.RunId));
        await new YearOfDrops(account, pipeline, ledger, done, document!).FillAsync(drops - ledger.Drops.Count, file);
    }

    private static string Period(int day) => First.AddDays(day).ToString("yyyyMMdd", CultureInfo.InvariantCulture);

    private async Task FillAsync(int count, byte[] file)
    {
        var etags = await InputAsync(Math.Min(count, Days), file);
        var all = Enumerable.Range(0, count).Select(i => (Number: i, Day: i % Days, Newest: i + Days >= count)).ToArray();
        var initial = real.InForce(PeriodOrder.Initial)!;
        var days = new Ledger[Math.Min(count, Days)];
        var began = done.StartedAt;
        var entries = new List<(LedgerDrop Drop, LedgerRun Run, Publication Publication)>(count);
        foreach (var (number, day, newest) in all)
        {
            // A day by itself, after the real files: without labels no other day has a say in it.
            var period = Period(day);
            var etag = newest ? etags[day] : $"0x8DB{number:X12}";
            var runId = RunIds.ForArrival(pipeline.Value, period, etag);
            var bytes = new DropBytes(ContentHash.Of(Encoding.UTF8.GetBytes($"{number}")), file.Length);
            var now = began.AddMinutes(number * 50);
            var ledger = days[day] ?? new Ledger { Pipeline = pipeline.Value, Drops = real.Drops };
            ledger = LedgerAdmission.Admit(ledger, new AdmissionRequest(runId, period, $"{pipeline}/{period}.csv", etag), bytes, now);
            ledger = LedgerEndings.Judge(ledger, runId, accepted: true, initial.Sha256, 200, hasLabel: false);
            ledger = LedgerEndings.Claim(ledger, runId, LedgerHistory.HashOf(ledger, ledger.Drops[^1]), bytes.Sha256, now);
            ledger = LedgerEndings.Complete(ledger, runId);
            var said = Sentence.Of("run-published");
            ledger = LedgerEndings.End(ledger, runId, RunState.Succeeded, said.ToString(), starved: false, restate: true, hasDefinition: true, now.AddSeconds(9), said);
            days[day] = ledger;
            entries.Add((ledger.Drops[^1], ledger.Runs[^1], ledger.Publications[^1]));
        }

        await new LedgerStore(account).UpdateAsync(pipeline, before => before with
        {
            Drops = [.. before.Drops, .. entries.Select(e => e.Drop)],
            Runs = [.. before.Runs, .. entries.Select(e => e.Run)],
            Publications = [.. before.Publications, .. entries.Select(e => e.Publication)],
        });
        await Parallel.ForEachAsync(entries, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (entry, _) => await LeaveAsync(entry.Run, entry.Drop));
        await BooksAsync(entries);
        await account.Artifacts.GetBlobClient("_events/seen.json").UploadAsync(
            BinaryData.FromObjectAsJson(await SeenAsync()), overwrite: true);
    }

    private async Task<string[]> InputAsync(int days, byte[] file)
    {
        var etags = new string[days];
        await Parallel.ForAsync(0, days, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (day, cancellation) =>
        {
            var put = await account.Input.GetBlobClient($"{pipeline}/{Period(day)}.csv").UploadAsync(new BinaryData(file), overwrite: true, cancellation);
            etags[day] = RunIds.NormalizeETag(put.Value.ETag.ToString());
            foreach (var ending in new[] { ".csv", ".manifest.json", ".report.html" })
            {
                var pattern = await account.Output.GetBlobClient($"{pipeline}/pred_{done.Period}{ending}").DownloadContentAsync(cancellation);
                await account.Output.GetBlobClient($"{pipeline}/pred_{Period(day)}{ending}").UploadAsync(pattern.Value.Content, overwrite: true, cancellation);
            }
        });
        return etags;
    }

    private async Task LeaveAsync(LedgerRun run, LedgerDrop drop)
    {
        var left = document with
        {
            RunId = run.RunId, Period = run.Period, File = drop.BlobName, ETag = run.ETag, Sha256 = drop.Sha256, Revision = run.Revision,
            StartedAt = run.StartedAt, EndedAt = run.EndedAt,
        };
        await new RunDocuments(account).WriteAsync(left);
        await RunCost.Of(left).WriteAsync(account, pipeline);
        var outbox = new NoticeOutbox(account);
        var notice = await outbox.PutAsync(new Notice
        {
            RunId = run.RunId, Pipeline = pipeline.Value, Period = run.Period, File = drop.BlobName, State = run.State, Summary = run.Reason!, Said = run.Said,
            Outputs = left.Outputs, Metrics = left.Metrics, Time = run.EndedAt!.Value,
        });
        await outbox.MarkDeliveredAsync(notice, run.EndedAt!.Value);
    }

    // As if each had been measured once.
    private async Task BooksAsync(IReadOnlyList<(LedgerDrop Drop, LedgerRun Run, Publication Publication)> entries)
    {
        var performance = (await new PerformanceBook(account, TimeProvider.System).ReadAsync(pipeline)).LastOrDefault();
        var backtests = await new BacktestBook(account, TimeProvider.System).ReadAsync(pipeline);
        foreach (var year in entries.GroupBy(e => e.Drop.Revision))
        {
            if (performance is not null)
            {
                await new PerformanceBook(account, TimeProvider.System).EnterAsync(
                    pipeline, done.RunId, year.Key,
                    [.. year.Select(e => performance.Performance with { Period = e.Drop.Period, Revision = e.Publication.Revision, PredictionsSha256 = e.Publication.PredictionsSha256 })], default);
            }

            if (backtests.Count > 0)
            {
                await new BacktestBook(account, TimeProvider.System).EnterAsync(
                    pipeline, done.RunId, year.Key, [.. year.Select(e => backtests[^1].Record with { Period = e.Drop.Period, ScoresSha256 = e.Publication.PredictionsSha256 })], default);
            }
        }
    }

    private async Task<Dictionary<string, string>> SeenAsync()
    {
        var seen = new Dictionary<string, string>();
        await foreach (var blob in account.Input.GetBlobsAsync(new GetBlobsOptions()))
        {
            seen[blob.Name] = blob.Properties.ETag?.ToString().Trim('"') ?? "";
        }

        return seen;
    }
}
