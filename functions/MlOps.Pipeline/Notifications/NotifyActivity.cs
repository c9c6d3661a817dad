using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Storage;

namespace MlOps.Pipeline.Notifications;

/// <summary>Puts the notice of a run into the outbox and sends it.</summary>
/// <param name="outbox">Notices in the account.</param>
/// <param name="sender">Sends to webhooks.</param>
/// <param name="stopping">Says when the activity has to end.</param>
[DurableTask(nameof(NotifyActivity))]
public sealed class NotifyActivity(NoticeOutbox outbox, NoticeSender sender, ActivityStop stopping) : TaskActivity<Notice, string>
{
    /// <inheritdoc/>
    public override async Task<string> RunAsync(TaskActivityContext context, Notice input)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(input);
        var name = await outbox.PutAsync(input, stopping.Token);
        await sender.SendAsync(PipelineName.Parse(input.Pipeline), name, stopping.Token);
        return name;
    }
}
