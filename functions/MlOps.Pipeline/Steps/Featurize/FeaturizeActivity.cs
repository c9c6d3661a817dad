using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Featurize;

/// <summary>Runs <see cref="FeaturizeStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class FeaturizeActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<FeaturizeInput, FeaturizeResult>
{
    /// <inheritdoc/>
    public override Task<FeaturizeResult> RunAsync(TaskActivityContext context, FeaturizeInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Featurize.RunAsync(input, stopping.Token);
    }
}
