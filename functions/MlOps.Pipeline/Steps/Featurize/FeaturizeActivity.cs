using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Featurize;

/// <summary>Runs <see cref="FeaturizeStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class FeaturizeActivity(PipelineSteps steps) : TaskActivity<FeaturizeInput, FeaturizeResult>
{
    /// <inheritdoc/>
    public override Task<FeaturizeResult> RunAsync(TaskActivityContext context, FeaturizeInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Featurize.RunAsync(input, context.CancellationToken);
    }
}
