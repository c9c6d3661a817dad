using System.Text.Json;
using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Join;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Enters the verdict on a file of a side table into the ledger, moves a refused file out of the input container, and starts the runs of the periods that are to be restated.</summary>
/// <param name="ledgers">Ledgers.</param>
/// <param name="account">The account, for the step's outputs.</param>
/// <param name="files">Input container.</param>
/// <param name="rejected">Rejected container.</param>
/// <param name="starter">Starts runs.</param>
/// <param name="time">Clock for the ledger.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(JudgeSideActivity))]
public sealed class JudgeSideActivity(
    LedgerStore ledgers, StorageAccount account, InputFiles files, RejectedFiles rejected, RunStarter starter, TimeProvider time, ActivityStop stopping)
    : TaskActivity<JudgeSideInput, SideJudgement>
{
    /// <inheritdoc/>
    public override async Task<SideJudgement> RunAsync(TaskActivityContext context, JudgeSideInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Request.Pipeline);
        var file = (await ledgers.ReadAsync(pipeline, stopping.Token)).Sides?.LastOrDefault(s => s.RunId == input.RunId);
        if (file is null)
        {
            // It never entered the ledger: there was no definition.
            return new SideJudgement(RunState.Failed, [], Notice(input, RunState.Failed, input.Failure, null));
        }

        var state = input.Result is null ? RunState.Failed : input.Result.Accepted ? RunState.Succeeded : RunState.Rejected;
        var kept = await KeepAsync(pipeline, file, input, state, stopping.Token);
        var said = Said(input, state, kept);
        var ledger = await ledgers.UpdateAsync(
            pipeline,
            l => LedgerEndings.AddDueRuns(
                SideAdmission.Judge(l, input.RunId, state, input.Result?.Rows ?? 0, said, kept, time.GetUtcNow()), input.Restate, hasDefinition: true, time.GetUtcNow()),
            stopping.Token);
        await starter.StartDueAsync(ledger, stopping.Token);
        return new SideJudgement(state, Waiting.In(ledger, input.RunId), said is null ? null : Notice(input, state, said, kept));
    }

    // Where a refused file, or the rows that could not be used, are kept.
    private async Task<string?> KeepAsync(PipelineName pipeline, SideFile file, JudgeSideInput input, RunState state, CancellationToken cancellation)
    {
        if (state == RunState.Rejected)
        {
            var list = new RejectionList(
                file.BlobName, file.ETags[^1], file.Sha256, input.RunId, input.Result!.ErrorCount, await ErrorsAsync(input.Result, cancellation));
            await using var bytes = await files.Kept(pipeline, file.BlobName, file.Sha256).OpenReadAsync(cancellationToken: cancellation);
            return await rejected.MoveAsync(pipeline, bytes, list, cancellation);
        }

        if (input.Result?.QuarantineBlob is not { } quarantine)
        {
            return null;
        }

        await using var rows = await account.Artifacts.GetBlobClient(quarantine).OpenReadAsync(cancellationToken: cancellation);
        return await rejected.QuarantineAsync(pipeline, file.BlobName, file.ETags[^1], rows, cancellation);
    }

    // The step's result carries the first errors only; its output has them all.
    private async Task<IReadOnlyList<Finding>> ErrorsAsync(SideResult result, CancellationToken cancellation)
    {
        var content = await account.Artifacts.GetBlobClient(result.ErrorsBlob!).DownloadContentAsync(cancellation);
        return JsonSerializer.Deserialize<List<Finding>>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact) ?? [];
    }

    private static Sentence? Said(JudgeSideInput input, RunState state, string? kept) => state switch
    {
        RunState.Failed => input.Failure,
        RunState.Rejected => Sentence.Of(
            "side-refused", ("file", input.Request.BlobName), ("count", input.Result!.ErrorCount),
            ("first", input.Result.Errors is [var first, ..] ? Sentence.Of("notice-first", ("error", first.Told)) : ""), ("kept", kept ?? "")),
        _ when kept is not null => Sentence.Of("side-set-aside", ("file", input.Request.BlobName), ("count", input.Result!.QuarantinedRows), ("kept", kept)),
        _ => null,
    };

    private Notice Notice(JudgeSideInput input, RunState state, Sentence? said, string? kept)
    {
        var file = input.Request.BlobName[(input.Request.BlobName.LastIndexOf('/') + 1)..];
        return new Notice
        {
            RunId = input.RunId,
            Pipeline = input.Request.Pipeline,
            Period = $"{input.Request.Source}/{input.Request.Period}",
            File = input.Request.BlobName,
            State = state,
            Summary = said?.ToString() ?? "",
            Said = said,
            Step = state == RunState.Succeeded ? null : SideStep.Name,
            Cause = state == RunState.Succeeded ? null : said?.ToString(),
            CauseSaid = state == RunState.Succeeded ? null : said,
            ErrorCount = input.Result?.ErrorCount ?? 0,
            Errors = state == RunState.Rejected ? input.Result!.Errors : [],
            RejectedFile = kept,
            Command = $"mlops put {input.Request.Pipeline} --source {input.Request.Source} {file}",
            Time = time.GetUtcNow(),
        };
    }
}
