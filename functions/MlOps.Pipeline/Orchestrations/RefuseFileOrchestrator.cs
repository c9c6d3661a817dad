using Azure;
using Azure.Storage.Blobs.Models;
using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>A file that cannot be a drop.</summary>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="BlobName">Name in the input container.</param>
/// <param name="ETag">ETag of the version.</param>
/// <param name="Code">Short code of the reason.</param>
/// <param name="Message">What is wrong and what to do.</param>
public sealed record RefuseRequest(string Pipeline, string BlobName, string ETag, string Code, string Message);

/// <summary>Puts a file aside that never starts a run (empty, or not named as a drop), and tells so: nothing is skipped in silence.</summary>
[DurableTask(Name)]
public sealed class RefuseFileOrchestrator : TaskOrchestrator<RefuseRequest, string?>
{
    /// <summary>Name of the orchestrator.</summary>
    public const string Name = "RefuseFile";

    /// <inheritdoc/>
    public override async Task<string?> RunAsync(TaskOrchestrationContext context, RefuseRequest input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var kept = await context.CallActivityAsync<string?>(
            nameof(RefuseFileActivity), new RefuseFileInput(context.InstanceId, input), Retries.Bookkeeping);
        if (kept is null)
        {
            return null;
        }

        var file = input.BlobName[(input.BlobName.LastIndexOf('/') + 1)..];
        try
        {
            await context.CallActivityAsync<string>(
                nameof(NotifyActivity),
                new Notice
                {
                    RunId = context.InstanceId,
                    Pipeline = input.Pipeline,
                    Period = file,
                    File = input.BlobName,
                    State = RunState.Rejected,
                    Summary = $"{input.BlobName} was refused: {input.Message} The file is kept in the container rejected as {kept}.",
                    Step = "receive",
                    Cause = input.Message,
                    ErrorCount = 1,
                    Errors = [new Finding(input.Code, 0, 0, null, input.Message)],
                    RejectedFile = kept,
                    Command = $"mlops put {input.Pipeline} {file}",
                    Time = new DateTimeOffset(DateTime.SpecifyKind(context.CurrentUtcDateTime, DateTimeKind.Utc)),
                },
                Retries.Delivery);
        }
        catch (TaskFailedException e)
        {
            context.CreateReplaySafeLogger<RefuseFileOrchestrator>().LogUndelivered(context.InstanceId, e.FailureDetails.ErrorMessage);
        }

        return kept;
    }
}

/// <summary>Input of <see cref="RefuseFileActivity"/>.</summary>
/// <param name="RunId">Id of the orchestration.</param>
/// <param name="Request">The file.</param>
public sealed record RefuseFileInput(string RunId, RefuseRequest Request);

/// <summary>Moves a file that cannot be a drop to the rejected container.</summary>
/// <param name="account">The account.</param>
/// <param name="rejected">Rejected container.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(RefuseFileActivity))]
public sealed class RefuseFileActivity(StorageAccount account, RejectedFiles rejected, ActivityStop stopping) : TaskActivity<RefuseFileInput, string?>
{
    /// <inheritdoc/>
    public override async Task<string?> RunAsync(TaskActivityContext context, RefuseFileInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var request = input.Request;
        var pipeline = PipelineName.Parse(request.Pipeline);
        var list = new RejectionList(
            request.BlobName, request.ETag, null, input.RunId, 1, [new Finding(request.Code, 0, 0, null, request.Message)]);
        var name = RejectedFiles.NameOf(pipeline, request.BlobName, request.ETag);
        var blob = account.Input.GetBlobClient(request.BlobName);
        try
        {
            var conditions = new BlobOpenReadOptions(allowModifications: false)
            {
                Conditions = new BlobRequestConditions { IfMatch = InputFiles.Quoted(request.ETag) },
            };
            await using var content = await blob.OpenReadAsync(conditions, stopping.Token);
            await rejected.MoveAsync(pipeline, content, list, stopping.Token);
            return name;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 412)
        {
            // Gone already: either moved by an earlier attempt, which must still be told of, or replaced by newer bytes.
            return await account.Rejected.GetBlobClient(name).ExistsAsync(stopping.Token) ? name : null;
        }
    }
}
