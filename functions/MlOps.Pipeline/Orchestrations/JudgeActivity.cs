using System.Text.Json;
using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Enters the verdict on a drop into the ledger; a refused file is moved out of the input container first.</summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="account">The account, for the step's list of errors.</param>
/// <param name="files">Input container.</param>
/// <param name="rejected">Rejected container.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(JudgeActivity))]
public sealed class JudgeActivity(LedgerStore ledgers, StorageAccount account, InputFiles files, RejectedFiles rejected, ActivityStop stopping)
    : TaskActivity<JudgeInput, JudgeResult>
{
    /// <inheritdoc/>
    public override async Task<JudgeResult> RunAsync(TaskActivityContext context, JudgeInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        string? kept = null;
        if (!input.Result.Accepted)
        {
            kept = await RejectAsync(pipeline, input, stopping.Token);
        }
        else if (input.Result.QuarantineBlob is { } quarantine)
        {
            var drop = await DropAsync(pipeline, input, stopping.Token);
            await using var rows = await account.Artifacts.GetBlobClient(quarantine).OpenReadAsync(cancellationToken: stopping.Token);
            kept = await rejected.QuarantineAsync(pipeline, drop.BlobName, drop.ETags[^1], rows, stopping.Token);
        }

        var ledger = await ledgers.UpdateAsync(
            pipeline,
            l => LedgerEndings.Judge(l, input.RunId, input.Result.Accepted, input.CheckedAgainst, input.Result.Rows, input.Result.HasLabel),
            stopping.Token);
        return new JudgeResult(kept, Waiting.In(ledger, input.RunId));
    }

    private async Task<string> RejectAsync(PipelineName pipeline, JudgeInput input, CancellationToken cancellation)
    {
        var drop = await DropAsync(pipeline, input, cancellation);
        var list = new RejectionList(
            drop.BlobName, drop.ETags[^1], drop.Sha256, input.RunId, input.Result.ErrorCount, await ErrorsAsync(input, cancellation));
        await using var bytes = await files.Kept(pipeline, drop.BlobName, drop.Sha256).OpenReadAsync(cancellationToken: cancellation);
        return await rejected.MoveAsync(pipeline, bytes, list, cancellation);
    }

    private async Task<LedgerDrop> DropAsync(PipelineName pipeline, JudgeInput input, CancellationToken cancellation)
    {
        var ledger = await ledgers.ReadAsync(pipeline, cancellation);
        return ledger.DropOf(ledger.FindRun(input.RunId)!)!;
    }

    // The step's result carries the first errors only; its output has them all.
    private async Task<IReadOnlyList<Finding>> ErrorsAsync(JudgeInput input, CancellationToken cancellation)
    {
        if (input.Result.ErrorsBlob is not { } name)
        {
            return input.Result.Errors;
        }

        var content = await account.Artifacts.GetBlobClient(name).DownloadContentAsync(cancellation);
        return JsonSerializer.Deserialize<List<Finding>>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact) ?? [];
    }
}
