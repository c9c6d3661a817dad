using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.DurableTask.Client;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Web.Runs;

/// <summary>What is known of runs, read from the account alone: no server needs to run.</summary>
/// <param name="account">The account.</param>
/// <param name="client">Knows what active runs do now; <see langword="null"/> where nobody asks for it.</param>
public sealed class RunHistory(StorageAccount account, DurableTaskClient? client = null)
{
    // Only what runs do now is asked of somebody else than the account; the answer must not wait for it.
    private static readonly TimeSpan StagePatience = TimeSpan.FromSeconds(2);

    // Finding the pipelines walks through the container's folders: what is known is looked at again behind the requests, and
    // waited for only where nobody has asked for long.
    private static readonly TimeSpan LookAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WaitAfter = TimeSpan.FromSeconds(30);

    private readonly LedgerStore ledgers = new(account);
    private readonly ModelRegistry models = new(account);

    // Reasons of refused files by name and version: what is refused does not change.
    private readonly ConcurrentDictionary<(string Name, ETag? ETag), (string Text, Sentence? Said)> refusals = [];
    private static readonly Sentence Refused = Sentence.Of("run-refused");
    private volatile KnownNames? names;
    private Task<KnownNames>? look;

    private sealed record KnownNames(IReadOnlyList<PipelineName> Names, long At);

    private readonly InputFiles input = new(account);
    private readonly RunDocuments documents = new(account);

    /// <summary>All pipelines that have had a drop, with their ledgers.</summary>
    public async Task<IReadOnlyList<Ledger>> LedgersAsync(PipelineName? pipeline, CancellationToken cancellation)
    {
        var all = new List<Ledger>();
        foreach (var name in pipeline is { } one ? [one] : await PipelinesAsync(cancellation))
        {
            try
            {
                all.Add(await ledgers.ReadAsync(name, cancellation));
            }
            catch (InvalidDataException) when (pipeline is null)
            {
                // The list of pipelines says what is wrong with this one; the others' runs are listed all the same.
            }
        }

        return all;
    }

    /// <summary>A pipeline that has a definition or a file.</summary>
    /// <exception cref="NotFoundException">There is none of this name; says which there are.</exception>
    public async Task<PipelineName> RequireAsync(PipelineName name, CancellationToken cancellation)
    {
        if (await account.Definitions.GetBlobClient($"{name}.yaml").ExistsAsync(cancellation))
        {
            return name;
        }

        var known = await PipelinesAsync(cancellation);
        if (known.Contains(name) || (await ledgers.ReadAsync(name, cancellation)).Runs.Count > 0)
        {
            return name;
        }

        var input = account.Input.GetBlobsAsync(BlobTraits.None, BlobStates.None, prefix: $"{name}/", cancellationToken: cancellation);
        await foreach (var _ in input)
        {
            // A file whose run has not begun.
            return name;
        }

        var there = known.Union(await DefinedAsync(cancellation)).Select(k => k.Value).Order(StringComparer.Ordinal).ToList();
        throw new NotFoundException(there.Count == 0
            ? Sentence.Of("missing-pipeline-any", ("pipeline", name))
            : Sentence.Of("missing-pipeline", ("pipeline", name), ("known", string.Join(", ", there.Take(20)))));
    }

    /// <summary>How periods of a pipeline stand; all that have a file or a run where none is named.</summary>
    public async Task<IReadOnlyList<PeriodStanding>> StandingsAsync(PipelineName pipeline, IReadOnlyCollection<string> periods, CancellationToken cancellation)
    {
        var files = await FilesAsync(pipeline, cancellation);
        return [.. (periods.Count > 0 ? periods.Order(PeriodOrder.Instance) : files.Periods).Select(files.StandingOf)];
    }

    /// <summary>What is known of a pipeline's files.</summary>
    public async Task<PipelineFiles> FilesAsync(PipelineName pipeline, CancellationToken cancellation)
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
        return new PipelineFiles(await ledgers.ReadAsync(pipeline, cancellation), etags, await RefusalsAsync(pipeline, cancellation));
    }

    /// <summary>What an active run does now, such as <c>train</c>; <see langword="null"/> where it has not said.</summary>
    public async Task<string?> StageAsync(string run, CancellationToken cancellation) => (await LiveAsync(run, cancellation))?.Stage;

    /// <summary>What an active run tells of itself; <see langword="null"/> where it has not said anything.</summary>
    public async Task<LiveRun?> LiveAsync(string run, CancellationToken cancellation)
    {
        if (client is null)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(StagePatience);
        OrchestrationMetadata? metadata;
        try
        {
            metadata = await client.GetInstanceAsync(run, getInputsAndOutputs: true, limit.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            return null;
        }

        if (metadata?.SerializedCustomStatus is not { } status)
        {
            return null;
        }

        try
        {
            // A run that an earlier version of the program began tells its stage alone.
            var live = JsonSerializer.Deserialize<LiveRun>(status, ArtifactJson.Compact);
            return live is { Stage: not null } ? live with { Log = live.Log ?? [] } : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Names of the pipelines that have a definition.</summary>
    public async Task<IReadOnlySet<PipelineName>> DefinedAsync(CancellationToken cancellation)
    {
        var names = new HashSet<PipelineName>();
        await foreach (var blob in account.Definitions.GetBlobsAsync(cancellationToken: cancellation))
        {
            if (blob.Name.EndsWith(".yaml", StringComparison.Ordinal) && PipelineName.TryParse(blob.Name[..^5], out var name))
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>Names of the pipelines that have had a file.</summary>
    public async Task<IReadOnlyList<PipelineName>> PipelinesAsync(CancellationToken cancellation)
    {
        var age = names is { } before ? Stopwatch.GetElapsedTime(before.At) : TimeSpan.MaxValue;
        if (age > LookAfter)
        {
            Task<KnownNames> looking;
            lock (refusals)
            {
                looking = look is { IsCompleted: false } under ? under : look = Task.Run(LookAsync, CancellationToken.None);
            }

            if (age > WaitAfter)
            {
                return (await looking.WaitAsync(cancellation)).Names;
            }
        }

        return names!.Names;
    }

    private async Task<KnownNames> LookAsync()
    {
        var began = Stopwatch.GetTimestamp();
        return names = new KnownNames(await ledgers.ListAsync(CancellationToken.None), began);
    }

    /// <summary>Where the newest predictions of a period came from; <see langword="null"/> where there are none.</summary>
    public async Task<Manifest?> ManifestAsync(PipelineName pipeline, Period period, CancellationToken cancellation)
    {
        try
        {
            var content = await account.Output.GetBlobClient($"{pipeline}/pred_{period}.manifest.json").DownloadContentAsync(cancellation);
            return await OfModelAsync(pipeline, JsonSerializer.Deserialize<Manifest>(content.Value.Content, ArtifactJson.Compact)!, cancellation);
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>A manifest with what the registry knows of the model that predicted.</summary>
    public async Task<Manifest> OfModelAsync(PipelineName pipeline, Manifest manifest, CancellationToken cancellation) =>
        await models.FindAsync(pipeline, manifest.ModelVersion, cancellation) is { } model ? manifest.Of(model) : manifest;

    /// <summary>The model that predicted in a run; <see langword="null"/> where none did.</summary>
    public async Task<ModelVersion?> ModelAsync(PipelineName pipeline, string? version, CancellationToken cancellation) =>
        version is null ? null : await models.FindAsync(pipeline, version, cancellation);

    /// <summary>The document of a run; <see langword="null"/> where the run has none yet.</summary>
    public Task<RunDocument?> DocumentAsync(PipelineName pipeline, RunId run, CancellationToken cancellation) => documents.ReadAsync(pipeline, run, cancellation);

    /// <summary>A run by its id alone.</summary>
    /// <exception cref="NotFoundException">No pipeline has this run.</exception>
    public Task<(PipelineName Pipeline, LedgerRun Run)> FindAsync(RunId id, CancellationToken cancellation) => FindAsync(id, alsoNew: true, cancellation);

    private async Task<(PipelineName Pipeline, LedgerRun Run)> FindAsync(RunId id, bool alsoNew, CancellationToken cancellation)
    {
        if (!alsoNew)
        {
            // One that is under way may have passed the pipeline by.
            await LookAsync();
        }

        foreach (var ledger in await LedgersAsync(null, cancellation))
        {
            if (ledger.FindRun(id.Value) is { } run)
            {
                return (PipelineName.Parse(ledger.Pipeline), run);
            }
        }

        return alsoNew ? await FindAsync(id, alsoNew: false, cancellation) : throw new NotFoundException(Sentence.Of("missing-run", ("run", id)));
    }

    private static (string Text, Sentence? Said) FirstReason(BinaryData errors)
    {
        try
        {
            return JsonSerializer.Deserialize<RejectionList>(errors, ArtifactJson.Compact)?.Errors is [var first, ..] ? (first.Message, first.Said) : (Refused.ToString(), Refused);
        }
        catch (JsonException)
        {
            return (Refused.ToString(), Refused);
        }
    }

    private async Task<Dictionary<string, (string Text, Sentence? Said)>> RefusalsAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        var reasons = new Dictionary<string, (string Text, Sentence? Said)>();
        await foreach (var blob in account.Rejected.GetBlobsAsync(new GetBlobsOptions { Prefix = pipeline + "/" }, cancellationToken: cancellation))
        {
            if (blob.Name.EndsWith(".errors.json", StringComparison.Ordinal)
                && Period.TryParse(blob.Name[(pipeline.Value.Length + 1)..].Split('.')[0], out var period))
            {
                if (!refusals.TryGetValue((blob.Name, blob.Properties.ETag), out var reason))
                {
                    var content = await account.Rejected.GetBlobClient(blob.Name).DownloadContentAsync(cancellation);
                    reason = FirstReason(content.Value.Content);
                    refusals[(blob.Name, blob.Properties.ETag)] = reason;
                }

                reasons[period.Value] = reason;
            }
        }

        return reasons;
    }
}
