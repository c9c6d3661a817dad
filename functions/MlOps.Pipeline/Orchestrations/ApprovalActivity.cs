using System.Globalization;
using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Asks a person about a promotion, and looks whether there is an answer.</summary>
/// <param name="RunId">Run that asks.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="Period">Period.</param>
/// <param name="File">File of the run.</param>
/// <param name="Revision">Revision of that file.</param>
/// <param name="Challenger">The new model.</param>
/// <param name="Champion">The champion that it would replace.</param>
/// <param name="Evidence">Why the gate would promote it.</param>
/// <param name="AskedAt">When it was asked, by the orchestration's clock.</param>
/// <param name="ExpiresAt">Until when an answer is waited for.</param>
/// <param name="IsOver">Whether that time is over.</param>
/// <param name="EvidenceSaid">The evidence as a code with arguments.</param>
public sealed record ApprovalQuestion(
    string RunId, string Pipeline, string Period, string File, int Revision, string Challenger, string Champion, string Evidence,
    DateTimeOffset AskedAt, DateTimeOffset ExpiresAt, bool IsOver, Sentence? EvidenceSaid = null);

/// <summary>Keeps the question, tells whom it concerns, once, and settles it when its time is over.</summary>
/// <param name="approvals">Questions and answers.</param>
/// <param name="ledgers">Ledgers.</param>
/// <param name="sender">Keeps and sends notices.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(ApprovalActivity))]
public sealed class ApprovalActivity(ApprovalStore approvals, LedgerStore ledgers, NoticeSender sender, ActivityStop stopping) : TaskActivity<ApprovalQuestion, string>
{
    /// <summary>What the notice is about.</summary>
    public const string About = "approval";

    /// <inheritdoc/>
    public override async Task<string> RunAsync(TaskActivityContext context, ApprovalQuestion input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var stop = stopping.Token;
        if ((await ledgers.ReadAsync(pipeline, stop)).Current(input.Period) is { } current && current.Revision > input.Revision)
        {
            // The run of the newer bytes asks, or has the answer already: this one only ends.
            return ApprovalState.Withdrawn;
        }

        var record = await approvals.AskAsync(
            pipeline,
            new ApprovalRecord(input.RunId, input.Period, input.Challenger, input.Champion, input.Evidence, input.AskedAt, input.ExpiresAt, EvidenceSaid: input.EvidenceSaid),
            stop);
        if (record.State == ApprovalState.Pending)
        {
            await TellAsync(pipeline, input, stop);
            if (input.IsOver)
            {
                record = await approvals.AnswerAsync(pipeline, input.Challenger, input.Champion, ApprovalState.TimedOut, "nobody", null, stop);
            }
        }

        return record.State;
    }

    private async Task TellAsync(PipelineName pipeline, ApprovalQuestion input, CancellationToken cancellation)
    {
        var said = Sentence.Of(
            "notice-approval", ("until", input.ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)), ("challenger", input.Challenger),
            ("champion", input.Champion), ("evidence", (object?)input.EvidenceSaid ?? input.Evidence), ("run", input.RunId), ("period", input.Period));
        await sender.TellAsync(
            pipeline,
            new Notice
            {
                RunId = input.RunId,
                About = About,
                Pipeline = input.Pipeline,
                Period = input.Period,
                File = input.File,
                State = RunState.Active,
                Summary = said.ToString(),
                Said = said,
                Step = "promote",
                Command = $"mlops approve {input.RunId}",
                Time = input.AskedAt,
            },
            cancellation);
    }
}
