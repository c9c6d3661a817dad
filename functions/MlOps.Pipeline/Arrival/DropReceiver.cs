using Microsoft.Extensions.Logging;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Orchestrations;
using MlOps.Storage;

namespace MlOps.Pipeline.Arrival;

/// <summary>What came of an event.</summary>
public enum Reception
{
    /// <summary>A run was started.</summary>
    Started,

    /// <summary>The file's run had been started before.</summary>
    Known,

    /// <summary>The file cannot be a drop and is moved to the rejected container.</summary>
    Refused,

    /// <summary>The event starts nothing; it was counted.</summary>
    Ignored,
}

/// <summary>What came of one event.</summary>
/// <param name="BlobName">Name of the blob.</param>
/// <param name="Reception">What came of it.</param>
/// <param name="RunId">The run, where there is one.</param>
/// <param name="Reason">Why there is none.</param>
public sealed record ReceivedDrop(string BlobName, Reception Reception, string? RunId, string Reason);

/// <summary>
/// The one entry point for files: the Event Grid trigger in Azure, the local event source and the sweep all come through here. It
/// only decides and schedules, and is done in milliseconds; everything slow happens in the run. Receiving an event twice does nothing more.
/// </summary>
public sealed class DropReceiver
{
    // Operations after which a blob is whole; appends, renames and tier changes are not among them.
    private static readonly string[] WholeFileApis = ["PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose"];

    private readonly StorageAccount _account;
    private readonly RunStarter _starter;
    private readonly IgnoredEvents _ignored;
    private readonly ILogger _logger;

    /// <summary>Makes a receiver.</summary>
    /// <param name="account">The account.</param>
    /// <param name="starter">Starts runs.</param>
    /// <param name="ignored">Counts what starts nothing.</param>
    /// <param name="logger">Gets a line for each event.</param>
    public DropReceiver(StorageAccount account, RunStarter starter, IgnoredEvents ignored, ILogger<DropReceiver> logger)
    {
        _account = account;
        _starter = starter;
        _ignored = ignored;
        _logger = logger;
    }

    /// <summary>Receives a delivery: one event or an array of them, in either schema.</summary>
    /// <param name="json">The body.</param>
    /// <param name="cancellation">Stops the wait; the delivery is then to be repeated.</param>
    /// <exception cref="FormatException">The body is no event; the message says why. Repeating the delivery does not help.</exception>
    public async Task<IReadOnlyList<ReceivedDrop>> ReceiveAsync(string json, CancellationToken cancellation = default)
    {
        var received = new List<ReceivedDrop>();
        foreach (var drop in BlobCreatedEvent.Parse(json))
        {
            received.Add(await ReceiveAsync(drop, cancellation));
        }

        return received;
    }

    /// <summary>Receives one event.</summary>
    /// <param name="drop">The event.</param>
    /// <param name="cancellation">Stops the wait; the event is then to be delivered again.</param>
    public async Task<ReceivedDrop> ReceiveAsync(BlobCreatedEvent drop, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(drop);
        if (ReasonToIgnore(drop) is { } reason)
        {
            await _ignored.CountAsync(drop, reason, cancellation);
            if (reason == IgnoreReason.Empty && DropName.TryParse(drop.BlobName, out var owner, out _, out _))
            {
                return await RefuseAsync(drop, owner, "empty-file", "The file is empty (0 bytes). Upload it again, whole.", cancellation);
            }

            _logger.LogInformation("event ignored {BlobName}: {Reason}", drop.BlobName, reason);
            return new ReceivedDrop(drop.BlobName, Reception.Ignored, null, reason.ToString());
        }

        if (SideName.Read(drop.BlobName) is { } side)
        {
            return await ReceiveSideAsync(drop, side, cancellation);
        }

        if (!DropName.TryParse(drop.BlobName, out var pipeline, out var period, out var problem))
        {
            return await RefuseAsync(drop, pipeline, "file-name", problem, cancellation);
        }

        var runId = RunIds.ForArrival(pipeline.Value, period.Value, drop.ETag);
        var started = await _starter.StartAsync(runId, new RunRequest(pipeline.Value, period.Value, drop.BlobName, drop.ETag, TraceParent: drop.TraceParent), cancellation);
        EventTelemetry.TellReceived(drop, runId, started);
        _logger.LogInformation("event received {BlobName} {RunId} {Outcome}", drop.BlobName, runId, started ? "started" : "known");
        return new ReceivedDrop(drop.BlobName, started ? Reception.Started : Reception.Known, runId, "");
    }

    // Whether the folder is a source is for the definition to say, which nobody reads here.
    private async Task<ReceivedDrop> ReceiveSideAsync(BlobCreatedEvent drop, SideName side, CancellationToken cancellation)
    {
        var request = SideSweep.RequestOf(side, drop.BlobName, drop.ETag);
        var runId = RunIds.ForSide(request.Pipeline, request.Source, request.Period, request.ETag);
        var started = await _starter.TryStartAsync(ProcessSideOrchestrator.Name, runId, request, cancellation);
        _logger.LogInformation("event received {BlobName} {RunId} {Outcome}", drop.BlobName, runId, started ? "started" : "known");
        return new ReceivedDrop(drop.BlobName, started ? Reception.Started : Reception.Known, runId, "");
    }

    private IgnoreReason? ReasonToIgnore(BlobCreatedEvent drop)
    {
        // Whoever may send events may send those of any account.
        if (drop.Account is { } account && _account.Service.AccountName is { Length: > 0 } own && account != own)
        {
            return IgnoreReason.OtherAccount;
        }

        if (drop.Container != _account.Input.Name)
        {
            return IgnoreReason.OtherContainer;
        }

        if (DropName.IsHidden(drop.BlobName))
        {
            return IgnoreReason.HiddenName;
        }

        if (!WholeFileApis.Contains(drop.Api, StringComparer.Ordinal))
        {
            return IgnoreReason.OtherApi;
        }

        if (!DropName.IsFileOfPipeline(drop.BlobName) && SideName.Read(drop.BlobName) is null)
        {
            return IgnoreReason.OtherFile;
        }

        return drop.ContentLength == 0 ? IgnoreReason.Empty : null;
    }

    private async Task<ReceivedDrop> RefuseAsync(
        BlobCreatedEvent drop, PipelineName pipeline, string code, string message, CancellationToken cancellation)
    {
        var request = new RefuseRequest(pipeline.Value, drop.BlobName, drop.ETag, code, message);
        var id = RunIds.ForRefusal(pipeline.Value, drop.BlobName, drop.ETag);
        await _starter.TryStartAsync(RefuseFileOrchestrator.Name, id, request, cancellation);
        _logger.LogInformation("event refused {BlobName} {RunId}: {Reason}", drop.BlobName, id, message);
        return new ReceivedDrop(drop.BlobName, Reception.Refused, id, message);
    }
}
