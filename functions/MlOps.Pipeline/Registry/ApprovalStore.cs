using System.Globalization;
using Azure.Storage.Blobs.Models;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Registry;

/// <summary>How a question stands.</summary>
public static class ApprovalState
{
    /// <summary>Nobody has answered.</summary>
    public const string Pending = "pending";

    /// <summary>A person lets the model become the champion.</summary>
    public const string Approved = "approved";

    /// <summary>A person does not.</summary>
    public const string Rejected = "rejected";

    /// <summary>Nobody answered in time.</summary>
    public const string TimedOut = "timed_out";

    /// <summary>Newer bytes of the period came, and with them another question.</summary>
    public const string Withdrawn = "withdrawn";
}

/// <summary>A promotion that a person is asked to approve, and the answer.</summary>
/// <param name="RunId">Run that asks.</param>
/// <param name="Period">Its period.</param>
/// <param name="Challenger">The new model.</param>
/// <param name="Champion">The champion that it would replace.</param>
/// <param name="Evidence">Why the gate would promote it, in a sentence.</param>
/// <param name="AskedAt">When it was asked.</param>
/// <param name="ExpiresAt">Until when an answer is waited for.</param>
/// <param name="State">One of <see cref="ApprovalState"/>.</param>
/// <param name="By">Who answered.</param>
/// <param name="AnsweredAt">When.</param>
/// <param name="Comment">What else was said.</param>
/// <param name="EvidenceSaid">The evidence as a code with arguments.</param>
public sealed record ApprovalRecord(
    string RunId, string Period, string Challenger, string Champion, string Evidence, DateTimeOffset AskedAt, DateTimeOffset ExpiresAt,
    string State = ApprovalState.Pending, string? By = null, DateTimeOffset? AnsweredAt = null, string? Comment = null, Sentence? EvidenceSaid = null)
{
    /// <summary>What was answered, by whom.</summary>
    internal Sentence Answer() => State switch
    {
        ApprovalState.Approved => Sentence.Of("approved-by", ("by", By ?? ""), ("comment", Said)),
        ApprovalState.Rejected => Sentence.Of("rejected-by", ("by", By ?? ""), ("comment", Said)),
        ApprovalState.Withdrawn => Sentence.Of("approval-withdrawn"),
        _ => Sentence.Of("approval-timed-out", ("time", ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture))),
    };

    // The run that asked first was cancelled, or overtaken by newer bytes, before anybody answered.
    internal bool IsOpenTo(string runId) => RunId != runId && (State is ApprovalState.Pending or ApprovalState.Withdrawn);

    private string Said => string.IsNullOrWhiteSpace(Comment) ? "" : $" ({Comment})";
}

/// <summary>
/// Questions to people under <c>artifacts/{pipeline}/approvals/</c>, one for each pair of challenger and champion, so that the same question is
/// asked once. The first answer stands.
/// </summary>
/// <param name="account">The account.</param>
/// <param name="time">Clock for the time of an answer.</param>
public sealed class ApprovalStore(StorageAccount account, TimeProvider time)
{
    /// <summary>A question by its models; <see langword="null"/> where it was never asked.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="challenger">The new model.</param>
    /// <param name="champion">The champion.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<ApprovalRecord?> FindAsync(PipelineName pipeline, string challenger, string champion, CancellationToken cancellation = default) =>
        (await Document(Name(pipeline, challenger, champion)).ReadAsync(cancellation)).Value;

    /// <summary>The questions of a run, the newest first.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">The run.</param>
    /// <param name="cancellation">Stops the reading.</param>
    public async Task<IReadOnlyList<ApprovalRecord>> OfRunAsync(PipelineName pipeline, RunId runId, CancellationToken cancellation = default)
    {
        var found = new List<ApprovalRecord>();
        await foreach (var blob in account.Artifacts.GetBlobsAsync(new GetBlobsOptions { Prefix = $"{pipeline}/approvals/" }, cancellationToken: cancellation))
        {
            if ((await Document(blob.Name).ReadAsync(cancellation)).Value is { } record && record.RunId == runId.Value)
            {
                found.Add(record);
            }
        }

        return [.. found.OrderByDescending(r => r.AskedAt)];
    }

    /// <summary>Asks, unless it is answered already. What another run asked and nobody answered becomes this run's question.</summary>
    /// <returns>The question as it stands.</returns>
    internal async Task<ApprovalRecord> AskAsync(PipelineName pipeline, ApprovalRecord question, CancellationToken cancellation)
    {
        var document = Document(Name(pipeline, question.Challenger, question.Champion));
        return (await document.UpdateAsync(record => record is null || record.IsOpenTo(question.RunId) ? question : record, cancellation))!;
    }

    /// <summary>Answers a question, if nobody has.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="challenger">The new model.</param>
    /// <param name="champion">The champion.</param>
    /// <param name="state">The answer, one of <see cref="ApprovalState"/>.</param>
    /// <param name="by">Who answers.</param>
    /// <param name="comment">What else is said.</param>
    /// <param name="cancellation">Stops the work.</param>
    /// <returns>The question with the answer that stands: this one, or the earlier one.</returns>
    public async Task<ApprovalRecord> AnswerAsync(
        PipelineName pipeline, string challenger, string champion, string state, string by, string? comment = null, CancellationToken cancellation = default)
    {
        var document = Document(Name(pipeline, challenger, champion));
        var record = await document.UpdateAsync(
            record => record is { State: ApprovalState.Pending }
                ? record with { State = state, By = by, AnsweredAt = time.GetUtcNow(), Comment = comment }
                : record,
            cancellation);
        return record ?? throw new InvalidOperationException($"Nobody was asked whether {challenger} may replace {champion}.");
    }

    private static string Name(PipelineName pipeline, string challenger, string champion) =>
        $"{pipeline}/approvals/{RunId.Parse(challenger)}.over.{RunId.Parse(champion)}.json";

    private SharedDocument<ApprovalRecord?> Document(string name) => new(account.Artifacts, name, null);
}
