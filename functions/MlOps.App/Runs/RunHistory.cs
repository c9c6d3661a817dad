using System.Text.Json;
using MlOps.App.Commands;
using MlOps.Pipeline.Arrival;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Orchestrations;

namespace MlOps.App.Runs;

/// <summary>What is known of runs, read from the account alone: no server needs to run.</summary>
internal sealed class RunHistory(StorageAccount account)
{
    private readonly LedgerStore ledgers = new(account);
    private readonly InputFiles input = new(account);
    private readonly RunDocuments documents = new(account);

    /// <summary>All pipelines that have had a drop, with their ledgers.</summary>
    public async Task<IReadOnlyList<Ledger>> LedgersAsync(PipelineName? pipeline, CancellationToken cancellation)
    {
        var names = pipeline is { } one ? [one] : await ledgers.ListAsync(cancellation);
        var all = new List<Ledger>();
        foreach (var name in names)
        {
            all.Add(await ledgers.ReadAsync(name, cancellation));
        }

        return all;
    }

    /// <summary>How periods of a pipeline stand; all that have a file or a run where none is named.</summary>
    public async Task<IReadOnlyList<PeriodStanding>> StandingsAsync(PipelineName pipeline, IReadOnlyCollection<string> periods, CancellationToken cancellation)
    {
        var etags = new Dictionary<string, string>();
        await foreach (var file in input.ListAsync(pipeline, cancellation))
        {
            if (DropName.TryParse(file.Name, out _, out var period, out _))
            {
                etags[period.Value] = file.ETag;
            }
        }

        // Read after the listing: a run that the listing's file has is then in the ledger, or will be.
        var ledger = await ledgers.ReadAsync(pipeline, cancellation);
        var refusals = await RefusalsAsync(pipeline, cancellation);
        var wanted = periods.Count > 0 ? periods : [.. etags.Keys.Concat(ledger.Periods).Concat(refusals.Keys).Distinct()];
        return
        [
            .. wanted.Order(PeriodOrder.Instance).Select(period => PeriodStanding.Of(
                ledger, period, etags.GetValueOrDefault(period), refusals.GetValueOrDefault(period))),
        ];
    }

    /// <summary>The document of a run; <see langword="null"/> where the run has none yet.</summary>
    public Task<RunDocument?> DocumentAsync(PipelineName pipeline, RunId run, CancellationToken cancellation) => documents.ReadAsync(pipeline, run, cancellation);

    /// <summary>A run by its id alone.</summary>
    /// <exception cref="CommandException">No pipeline has this run.</exception>
    public async Task<(PipelineName Pipeline, LedgerRun Run)> FindAsync(RunId id, CancellationToken cancellation)
    {
        foreach (var ledger in await LedgersAsync(null, cancellation))
        {
            if (ledger.FindRun(id.Value) is { } run)
            {
                return (PipelineName.Parse(ledger.Pipeline), run);
            }
        }

        throw new CommandException($"there is no run {id}. `mlops runs` lists all of them.");
    }

    private async Task<Dictionary<string, string>> RefusalsAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        var reasons = new Dictionary<string, string>();
        await foreach (var blob in account.Rejected.GetBlobsAsync(prefix: pipeline + "/", cancellationToken: cancellation))
        {
            if (blob.Name.EndsWith(".errors.json", StringComparison.Ordinal)
                && Period.TryParse(blob.Name[(pipeline.Value.Length + 1)..].Split('.')[0], out var period))
            {
                var content = await account.Rejected.GetBlobClient(blob.Name).DownloadContentAsync(cancellation);
                var list = JsonSerializer.Deserialize<RejectionList>(content.Value.Content, JsonSerializerOptions.Web);
                reasons[period.Value] = list?.Errors is [var first, ..] ? first.Message : "the file was refused";
            }
        }

        return reasons;
    }
}
