using Microsoft.DurableTask;
using MlOps.Pipeline.Steps;

namespace MlOps.Pipeline.Registry;

/// <summary>Decides about the champion for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class PromoteActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<PromoteInput, PromoteResult>
{
    /// <inheritdoc/>
    public override Task<PromoteResult> RunAsync(TaskActivityContext context, PromoteInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Promotion.DecideAsync(input, stopping.Token);
    }
}
