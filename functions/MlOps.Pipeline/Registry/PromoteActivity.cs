using MlOps.Durable;
using MlOps.Pipeline.Steps;

namespace MlOps.Pipeline.Registry;

/// <summary>Decides about the champion for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class PromoteActivity(PipelineSteps steps) : TaskActivity<PromoteInput, PromoteResult>
{
    /// <inheritdoc/>
    public override Task<PromoteResult> RunAsync(TaskActivityContext context, PromoteInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Promotion.DecideAsync(input, context.CancellationToken);
    }
}
