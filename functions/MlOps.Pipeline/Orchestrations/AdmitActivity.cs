using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Begins a run: reads the very version that the event named, keeps its bytes, and enters it into the ledger.</summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="files">Input container.</param>
/// <param name="documents">Run documents.</param>
/// <param name="time">Clock for the ledger.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(AdmitActivity))]
public sealed class AdmitActivity(LedgerStore ledgers, InputFiles files, RunDocuments documents, TimeProvider time, ActivityStop stopping)
    : TaskActivity<AdmitInput, AdmitResult>
{
    /// <inheritdoc/>
    public override async Task<AdmitResult> RunAsync(TaskActivityContext context, AdmitInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var request = input.Request;
        var pipeline = PipelineName.Parse(request.Pipeline);
        var admission = new AdmissionRequest(
            input.RunId, Period.Parse(request.Period).Value, request.BlobName, RunIds.NormalizeETag(request.ETag), request.Kind);
        var bytes = await ReadAsync(pipeline, admission, stopping.Token);
        var ledger = await ledgers.UpdateAsync(
            pipeline,
            async l => LedgerAdmission.Admit(l, admission, await StillThereAsync(admission, bytes, stopping.Token), time.GetUtcNow()),
            stopping.Token);

        var run = ledger.FindRun(input.RunId)!;
        var drop = ledger.DropOf(run);
        if (run.State == RunState.Active)
        {
            await documents.WriteAsync(Describe(input, run, drop), stopping.Token);
        }

        return new AdmitResult(run.State, run.Reason ?? "", drop?.Sha256, run.Revision, Waiting.In(ledger, input.RunId), run.Said);
    }

    private async Task<DropBytes?> ReadAsync(PipelineName pipeline, AdmissionRequest admission, CancellationToken cancellation)
    {
        var ledger = await ledgers.ReadAsync(pipeline, cancellation);
        var known = ledger.FindRun(admission.RunId) is not null
            || ledger.Drops.Any(d => d.Period == admission.Period && d.ETags.Contains(admission.ETag));
        return known ? null : await files.KeepAsync(pipeline, admission.BlobName, admission.ETag, cancellation);
    }

    // Asked again under the ledger's ETag: of two versions of a file, the later one must get the later revision.
    private async Task<DropBytes?> StillThereAsync(AdmissionRequest admission, DropBytes? bytes, CancellationToken cancellation) =>
        bytes is not null && await files.CurrentETagAsync(admission.BlobName, cancellation) is { } etag && etag != admission.ETag ? null : bytes;

    private static RunDocument Describe(AdmitInput input, LedgerRun run, LedgerDrop? drop) => new()
    {
        RunId = input.RunId,
        Pipeline = input.Request.Pipeline,
        Period = run.Period,
        File = input.Request.BlobName,
        ETag = run.ETag,
        Sha256 = drop?.Sha256,
        Revision = run.Revision,
        Kind = run.Kind,
        Parent = run.Parent,
        State = run.State,
        StartedAt = run.StartedAt,
    };
}
