using Microsoft.Extensions.Logging;
using Microsoft.DurableTask.Client;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;

namespace MlOps.Pipeline.Arrival;

/// <summary>What a sweep found and did.</summary>
/// <param name="Files">Files in the input container.</param>
/// <param name="Started">Runs started for files whose events were lost.</param>
/// <param name="Restarted">Runs started in place of runs that were lost or that can go on now.</param>
/// <param name="NoticesSent">Notices that were delivered late.</param>
/// <param name="Troubles">Pipelines that could not be swept through, and why; the others were.</param>
public sealed record SweepResult(int Files, IReadOnlyList<string> Started, IReadOnlyList<string> Restarted, int NoticesSent, IReadOnlyList<SweepTrouble> Troubles);

/// <summary>What stood in a sweep's way.</summary>
/// <param name="Pipeline">The pipeline, or the file, that it is about.</param>
/// <param name="Reason">Why, in a sentence.</param>
public sealed record SweepTrouble(string Pipeline, string Reason);

/// <summary>Whether an orchestration that is not over can never go on.</summary>
/// <param name="instanceId">The orchestration.</param>
/// <param name="cancellation">Gives up.</param>
public delegate Task<bool> IsInstanceLost(string instanceId, CancellationToken cancellation);

/// <summary>
/// Finds what events and the platform have lost: files that no run has read, runs whose orchestration is gone or has failed for
/// reasons that are not the run's, runs that can go on because what they lacked is there now, and notices that were not delivered.
/// A second sweep finds nothing more to do. What is wrong with one pipeline or one file is told and stops none of the others.
/// </summary>
public sealed class Sweep
{
    /// <summary>How often one drop is started again by itself after the platform has lost its run.</summary>
    public const int RecoveriesMax = 5;

    private readonly StorageAccount _account;
    private readonly InputFiles _files;
    private readonly LedgerStore _ledgers;
    private readonly DropReceiver _receiver;
    private readonly RunStarter _starter;
    private readonly DurableTaskClient _client;
    private readonly DefinitionStore _definitions;
    private readonly NoticeSender _notices;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IsInstanceLost? _isLost;
    private readonly SideSweep _sides;

    /// <summary>Makes a sweep.</summary>
    /// <param name="account">The account.</param>
    /// <param name="files">Input container.</param>
    /// <param name="ledgers">Ledgers.</param>
    /// <param name="receiver">Entry point for files.</param>
    /// <param name="starter">Starts runs.</param>
    /// <param name="client">Tells how orchestrations stand.</param>
    /// <param name="definitions">Definitions.</param>
    /// <param name="notices">Sends notices.</param>
    /// <param name="time">Clock for the ledger.</param>
    /// <param name="logger">Gets a line for each thing found.</param>
    /// <param name="isLost">Tells orchestrations that can never go on; <see langword="null"/> where the host cannot tell.</param>
    public Sweep(
        StorageAccount account, InputFiles files, LedgerStore ledgers, DropReceiver receiver, RunStarter starter, DurableTaskClient client,
        DefinitionStore definitions, NoticeSender notices, TimeProvider time, ILogger<Sweep> logger, IsInstanceLost? isLost = null)
    {
        _account = account;
        _files = files;
        _ledgers = ledgers;
        _receiver = receiver;
        _starter = starter;
        _client = client;
        _definitions = definitions;
        _notices = notices;
        _time = time;
        _logger = logger;
        _isLost = isLost;
        _sides = new SideSweep(ledgers, definitions, client, starter, RecoveriesMax);
    }

    /// <summary>Sweeps one pipeline, or all.</summary>
    /// <param name="pipeline">Pipeline's name; <see langword="null"/> for all.</param>
    /// <param name="cancellation">Stops the sweep.</param>
    public async Task<SweepResult> RunAsync(PipelineName? pipeline = null, CancellationToken cancellation = default)
    {
        var troubles = new List<SweepTrouble>();
        var (files, started) = await FindFilesAsync(pipeline, troubles, cancellation);
        var restarted = new List<string>();
        var notices = 0;
        foreach (var name in pipeline is { } one ? [one] : await _ledgers.ListAsync(cancellation))
        {
            // Each by itself: a notice can be sent although a run cannot be recovered.
            await TryAsync(name.Value, troubles, async () => restarted.AddRange(await RecoverRunsAsync(name, cancellation)), cancellation);
            await TryAsync(name.Value, troubles, async () => notices += await _notices.SendUndeliveredAsync(name, cancellation), cancellation);
            await TryAsync(name.Value, troubles, async () =>
            {
                if (ExpectedPeriod.Overdue(await _ledgers.ReadAsync(name, cancellation), _time.GetUtcNow()) is { } missing)
                {
                    RunLog.WriteMissing(_logger, name, missing);
                }
            }, cancellation);
        }

        _logger.LogInformation(
            "sweep: {Files} files, {Started} started, {Restarted} restarted, {Notices} notices sent, {Troubles} troubles", files, started.Count, restarted.Count, notices, troubles.Count);
        return new SweepResult(files, started, restarted, notices, troubles);
    }

    private async Task TryAsync(string about, List<SweepTrouble> troubles, Func<Task> work, CancellationToken cancellation)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            var reason = e.Message.Split('\n')[0].TrimEnd();
            // The same reason once: a damaged ledger stops every look at its pipeline.
            if (!troubles.Contains(new SweepTrouble(about, reason)))
            {
                troubles.Add(new SweepTrouble(about, reason));
                _logger.LogError(e, "sweep: {About} is left out: {Reason}", about, reason);
            }
        }
    }

    private async Task<(int Files, List<string> Started)> FindFilesAsync(PipelineName? pipeline, List<SweepTrouble> troubles, CancellationToken cancellation)
    {
        var files = 0;
        var started = new List<string>();
        var ledgers = new Dictionary<PipelineName, Ledger?>();
        await foreach (var file in _files.ListAsync(pipeline, cancellation))
        {
            files++;
            if (SideName.Read(file.Name) is { } side)
            {
                await TryAsync(file.Name, troubles, async () => started.AddRange(await _sides.FindAsync(file, side, ReceiveAsync, cancellation)), cancellation);
                continue;
            }

            if (DropName.TryParse(file.Name, out var name, out var period, out _))
            {
                if (!ledgers.TryGetValue(name, out var ledger))
                {
                    await TryAsync(name.Value, troubles, async () => ledger = await _ledgers.ReadAsync(name, cancellation), cancellation);
                    ledgers[name] = ledger;
                }

                if (ledger is null
                    || ledger.HasDrop(period.Value, file.ETag)
                    || ledger.Runs.Any(r => r.Period == period.Value && r.ETag == file.ETag))
                {
                    continue;
                }
            }

            await TryAsync(file.Name, troubles, async () =>
            {
                if (await ReceiveAsync(file, cancellation) is { } runId)
                {
                    started.Add(runId);
                }
            }, cancellation);
        }

        return (files, started);
    }

    // The same entry point as for an event; only a run that failed before it could even enter the ledger needs another id.
    private async Task<string?> ReceiveAsync(InputFile file, CancellationToken cancellation)
    {
        var received = await _receiver.ReceiveAsync(
            new BlobCreatedEvent
            {
                Id = "sweep",
                Container = _account.Input.Name,
                BlobName = file.Name,
                Api = "PutBlob",
                ETag = file.ETag,
                ContentLength = file.Length,
                Time = _time.GetUtcNow(),
            },
            cancellation);
        if (received.Reception == Reception.Started)
        {
            _logger.LogWarning("sweep: {File} had no run; started {RunId}", file.Name, received.RunId);
            return received.RunId;
        }

        if (received.Reception != Reception.Known || !DropName.TryParse(file.Name, out var pipeline, out var period, out _))
        {
            return null;
        }

        var previous = received.RunId!;
        for (var attempt = 2; attempt <= RecoveriesMax && await IsOverAsync(previous, cancellation); attempt++)
        {
            previous = RunIds.ForRepeat(pipeline.Value, period.Value, file.ETag, attempt);
            var request = new RunRequest(pipeline.Value, period.Value, file.Name, file.ETag, RunKind.Recovery, received.RunId);
            if (await _starter.StartAsync(previous, request, cancellation))
            {
                return previous;
            }
        }

        return null;
    }

    private async Task<IReadOnlyList<string>> RecoverRunsAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        var (hasDefinition, restate) = await RulesAsync(pipeline, cancellation);
        var lost = new List<string>();
        var restarted = new List<string>();
        // Those that the platform knows are not asked for a second time: of a thousand runs at once this is what a sweep costs.
        var going = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in (await _ledgers.ReadAsync(pipeline, cancellation)).Runs.Where(r => r.State == RunState.Active))
        {
            var instance = await _client.GetInstanceAsync(run.RunId, cancellation: cancellation);
            if (instance is { IsCompleted: true })
            {
                lost.Add(run.RunId);
            }
            else if (instance is not null && _isLost is not null && await _isLost(run.RunId, cancellation))
            {
                lost.Add(run.RunId);
                await _client.TerminateInstanceAsync(run.RunId, "Its messages are gone; another run took over.", cancellation);
            }
            else if (instance is not null)
            {
                going.Add(run.RunId);
            }
        }

        var ledger = await _ledgers.UpdateAsync(
            pipeline,
            l => Recover(l, lost, restate, hasDefinition, _time.GetUtcNow()),
            cancellation);
        foreach (var run in lost.Select(ledger.FindRun).OfType<LedgerRun>())
        {
            RunLog.WriteLost(_logger, pipeline, run, ledger.Runs.LastOrDefault(r => r.Parent == run.RunId)?.RunId);
        }

        foreach (var run in ledger.Runs.Where(r => r.State == RunState.Active && r.Kind == RunKind.Arrival && !going.Contains(r.RunId)))
        {
            var request = new RunRequest(pipeline.Value, run.Period, ledger.DropOf(run)!.BlobName, run.ETag, run.Kind, run.Parent);
            if (await _starter.StartAsync(run.RunId, request, cancellation))
            {
                restarted.Add(run.RunId);
            }
        }

        restarted.AddRange(await _starter.StartDueAsync(ledger, cancellation));
        return restarted;
    }

    /// <summary>Ends the runs that the platform has lost, and adds their successors, up to <see cref="RecoveriesMax"/> a drop, and whatever else is due.</summary>
    internal static Ledger Recover(Ledger ledger, IReadOnlyList<string> lost, bool restate, bool hasDefinition, DateTimeOffset now)
    {
        foreach (var runId in lost)
        {
            if (ledger.FindRun(runId) is not { State: RunState.Active } run || ledger.DropOf(run) is not { } drop)
            {
                continue;
            }

            ledger = ledger.With(run with
            {
                State = RunState.Failed, Reason = "The platform lost the run; another one took over.", WaitsFor = null, EndedAt = now,
            });
            if (ledger.Runs.Count(r => r.Period == drop.Period && r.Revision == drop.Revision && r.Kind == RunKind.Recovery) < RecoveriesMax)
            {
                ledger = LedgerEndings.Repeat(ledger, drop, RunKind.Recovery, runId, now);
            }
        }

        return LedgerEndings.AddDueRuns(ledger, restate, hasDefinition, now);
    }

    private async Task<bool> IsOverAsync(string instanceId, CancellationToken cancellation) =>
        await _client.GetInstanceAsync(instanceId, cancellation: cancellation) is { IsCompleted: true };

    private async Task<(bool HasDefinition, bool Restate)> RulesAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        try
        {
            return await _definitions.PinAsync(pipeline, cancellation) is { } definition ? (true, definition.Restate) : (false, true);
        }
        catch (DefinitionException)
        {
            return (false, true);
        }
    }
}
