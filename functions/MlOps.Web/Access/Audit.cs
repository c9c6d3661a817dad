using System.Text.Json;
using Azure;
using Azure.Storage.Blobs.Models;
using MlOps.Storage;

namespace MlOps.Web.Access;

/// <summary>A change that somebody asked for.</summary>
/// <param name="Id">Id, in order of time.</param>
/// <param name="At">When.</param>
/// <param name="Who">By whom.</param>
/// <param name="Action">What.</param>
/// <param name="Subject">Of what.</param>
/// <param name="Outcome"><c>begun</c>, <c>done</c>, or why it was refused.</param>
public sealed record AuditRecord(string Id, DateTimeOffset At, string Who, string Action, JsonElement Subject, string Outcome);

/// <summary>
/// A record of each change, in the account: <c>artifacts/{pipeline}/audit/{id}.json</c>, written before the change and again with
/// its outcome. A change whose record cannot be written is not made.
/// </summary>
public sealed class Audit(StorageAccount account, TimeProvider time, ILogger<Audit> logger)
{
    internal const string Begun = "begun";
    internal const string Done = "done";
    private const int AttemptsMax = 100;

    /// <summary>Makes a change that a request asks for under a record.</summary>
    public Task<T> RecordAsync<T>(HttpContext context, PipelineName pipeline, string action, object subject, Func<Task<T>> change) =>
        RecordAsync(context.Who().Name, pipeline, action, subject, change, context.RequestAborted);

    /// <summary>Makes a change under a record.</summary>
    public async Task<T> RecordAsync<T>(string who, PipelineName pipeline, string action, object subject, Func<Task<T>> change, CancellationToken cancellation)
    {
        var record = await BeginAsync(pipeline, who, action, subject, cancellation);
        try
        {
            var result = await change();
            await EndAsync(pipeline, record with { Outcome = Done });
            return result;
        }
        catch (Exception e)
        {
            await EndAsync(pipeline, record with { Outcome = e.Message.Split('\n')[0] });
            throw;
        }
    }

    /// <summary>The records of a pipeline, the newest first.</summary>
    public async Task<IReadOnlyList<string>> ListAsync(PipelineName pipeline, CancellationToken cancellation)
    {
        var ids = new List<string>();
        var folder = Folder(pipeline);
        await foreach (var blob in account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = folder }, cancellationToken: cancellation))
        {
            ids.Add(Path.GetFileNameWithoutExtension(blob.Name[folder.Length..]));
        }

        ids.Reverse();
        return ids;
    }

    /// <summary>One record.</summary>
    public async Task<AuditRecord> ReadAsync(PipelineName pipeline, string id, CancellationToken cancellation)
    {
        var content = await account.Artifacts.GetBlobClient($"{Folder(pipeline)}{id}.json").DownloadContentAsync(cancellation);
        return JsonSerializer.Deserialize<AuditRecord>(content.Value.Content.ToMemory().Span, ArtifactJson.Compact)!;
    }

    private async Task<AuditRecord> BeginAsync(PipelineName pipeline, string who, string action, object subject, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var json = JsonSerializer.SerializeToElement(subject, ArtifactJson.Compact);
        for (var attempt = 0; ; attempt++)
        {
            var record = new AuditRecord($"{now.UtcDateTime:yyyyMMdd'T'HHmmssfffffff}-{attempt:00}", now, who, action, json, Begun);
            try
            {
                await PutAsync(pipeline, record, new BlobRequestConditions { IfNoneMatch = ETag.All }, cancellation);
                return record;
            }
            catch (RequestFailedException e) when (e.Status is 409 or 412 && attempt < AttemptsMax)
            {
                // Another change began at the same tick.
            }
        }
    }

    private async Task EndAsync(PipelineName pipeline, AuditRecord record)
    {
        try
        {
            await PutAsync(pipeline, record, null, CancellationToken.None);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or IOException)
        {
            // The change is made: the record that it was begun stays, and the log says how it ended.
            logger.LogError("the outcome of {Action} {Id} on {Pipeline} could not be recorded: {Outcome}; {Reason}", record.Action, record.Id, pipeline, record.Outcome, e.Message.Split('\n')[0]);
        }
    }

    private Task PutAsync(PipelineName pipeline, AuditRecord record, BlobRequestConditions? conditions, CancellationToken cancellation) =>
        account.Artifacts.GetBlobClient($"{Folder(pipeline)}{record.Id}.json").UploadAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(record, ArtifactJson.Indented)),
            new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/json" }, Conditions = conditions },
            cancellation);

    private static string Folder(PipelineName pipeline) => $"{pipeline}/audit/";
}
