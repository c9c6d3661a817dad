using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Drops;
using MlOps.Pipeline.Notifications;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Orchestrations;

/// <summary>Tells of a period's alerts, once: an alert that is open already is not repeated, and one that is muted is not told.</summary>
/// <param name="book">Alerts of the pipeline.</param>
/// <param name="judgements">Which of them somebody has muted.</param>
/// <param name="sender">Keeps and sends notices.</param>
public sealed class AlertNotice(AlertBook book, AlertJudgements judgements, NoticeSender sender)
{
    /// <summary>What the notice is about.</summary>
    public const string About = "alert";

    /// <summary>Enters the alerts and tells of those that are new.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="runId">Run that found them.</param>
    /// <param name="drop">The file that was predicted.</param>
    /// <param name="publication">The predictions.</param>
    /// <param name="found">The alerts, the most urgent first.</param>
    /// <param name="unjudged">Kinds on which the period says nothing.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task TellAsync(
        PipelineName pipeline, string runId, PinnedDrop drop, Publication publication, IReadOnlyList<MonitorAlert> found, IReadOnlyList<string> unjudged,
        CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(drop);
        ArgumentNullException.ThrowIfNull(publication);
        var raised = await book.EnterAsync(pipeline, runId, publication.Period, found, unjudged, cancellation);
        if (raised.Count > 0)
        {
            // Muted at the time of the publication, whenever this is tried again.
            var muted = (await judgements.ReadAsync(pipeline, cancellation)).Where(j => j.Action == AlertJudgement.Muted && publication.AsOf < j.Until).ToArray();
            raised = [.. raised.Where(r => !Array.Exists(muted, j => j.IsOf(r.Kind, r.Subject)))];
        }

        if (raised.Count == 0)
        {
            return;
        }

        object cause = (object?)raised[0].Said ?? raised[0].Cause;
        var said = raised.Count > 1
            ? Sentence.Of("notice-alerts", ("file", drop.BlobName), ("cause", cause), ("more", raised.Count - 1))
            : Sentence.Of("notice-alert", ("file", drop.BlobName), ("cause", cause));
        await sender.TellAsync(
            pipeline,
            new Notice
            {
                RunId = runId,
                About = About,
                Pipeline = pipeline.Value,
                Period = publication.Period,
                File = drop.BlobName,
                State = RunState.Succeeded,
                Summary = said.ToString(),
                Said = said,
                Cause = raised[0].Cause,
                CauseSaid = raised[0].Said,
                Alerts = raised,
                Command = $"mlops run {runId}",
                Time = publication.AsOf,
            },
            cancellation);
    }
}
