using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Promote;

/// <summary>Decides about the champion for an orchestration.</summary>
/// <param name="promotion">Decides.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class PromoteActivity(Promotion promotion, ActivityStop stopping) : TaskActivity<PromoteInput, PromoteResult>
{
    /// <inheritdoc/>
    public override Task<PromoteResult> RunAsync(TaskActivityContext context, PromoteInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return promotion.DecideAsync(input, stopping.Token);
    }
}
