using Microsoft.DurableTask;
using MlOps.Pipeline.Steps;

namespace MlOps.Pipeline.Registry;

/// <summary>Decides for an orchestration whether it trains.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class RetrainActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<RetrainInput, RetrainResult>
{
    /// <inheritdoc/>
    public override Task<RetrainResult> RunAsync(TaskActivityContext context, RetrainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Retraining.DecideAsync(input, stopping.Token);
    }
}
