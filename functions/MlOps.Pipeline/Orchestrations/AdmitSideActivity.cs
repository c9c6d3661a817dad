using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Drops;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>
/// Enters a file of a side table into the ledger with its bytes. A folder of a pipeline that has no side tables is none: what lies there is nobody's
/// business.
/// </summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="files">Input container.</param>
/// <param name="definitions">Definitions.</param>
/// <param name="time">Clock for the ledger.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(AdmitSideActivity))]
public sealed class AdmitSideActivity(LedgerStore ledgers, InputFiles files, DefinitionStore definitions, TimeProvider time, ActivityStop stopping)
    : TaskActivity<AdmitSideInput, SideAdmitted>
{
    /// <inheritdoc/>
    public override async Task<SideAdmitted> RunAsync(TaskActivityContext context, AdmitSideInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var request = input.Request;
        var pipeline = PipelineName.Parse(request.Pipeline);
        PipelineDefinition? definition;
        try
        {
            definition = await definitions.PinAsync(pipeline, stopping.Token);
        }
        catch (DefinitionException)
        {
            // The runs of the pipeline tell of it.
            return new SideAdmitted(RunState.Active);
        }

        if (definition is null)
        {
            return new SideAdmitted(RunState.Active);
        }

        if (definition.Sources is null)
        {
            return new SideAdmitted(RunState.Unchanged);
        }

        var admission = new SideRequest(input.RunId, request.Source, Period.Parse(request.Period).Value, request.BlobName, RunIds.NormalizeETag(request.ETag), request.Lost);
        var known = SideHistory.Find(await ledgers.ReadAsync(pipeline, stopping.Token), admission.Source, admission.Period, admission.ETag);
        var bytes = known is null ? await files.KeepAsync(pipeline, admission.BlobName, admission.ETag, stopping.Token) : null;
        SideFile? file = null;
        await ledgers.UpdateAsync(
            pipeline,
            async ledger =>
            {
                // Asked again under the ledger's ETag: of two versions of a file, the later one must get the later revision.
                var there = bytes is not null && await files.CurrentETagAsync(admission.BlobName, stopping.Token) is { } etag && etag != admission.ETag ? null : bytes;
                (var admitted, file) = SideAdmission.Admit(ledger, admission, there, time.GetUtcNow());
                return admitted;
            },
            stopping.Token);
        return file is null
            ? new SideAdmitted(RunState.Unchanged)
            : new SideAdmitted(
                RunState.Active, definition.Hash, definition.Restate,
                new PinnedSide(file.Source, file.Period, file.BlobName, file.ETags[0], file.Sha256, file.Revision));
    }
}
