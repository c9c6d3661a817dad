using MlOps.Durable;
using MlOps.Pipeline.Steps;

namespace MlOps.Pipeline.Registry;

/// <summary>Decides for an orchestration whether it trains.</summary>
/// <param name="steps">The steps.</param>
public sealed class RetrainActivity(PipelineSteps steps) : TaskActivity<RetrainInput, RetrainResult>
{
    /// <inheritdoc/>
    public override Task<RetrainResult> RunAsync(TaskActivityContext context, RetrainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Retraining.DecideAsync(input, context.CancellationToken);
    }
}
