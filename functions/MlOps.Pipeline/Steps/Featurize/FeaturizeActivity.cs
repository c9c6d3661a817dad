using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Featurize;

/// <summary>Runs <see cref="FeaturizeStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class FeaturizeActivity(FeaturizeStep step, ActivityStop stopping) : TaskActivity<FeaturizeInput, FeaturizeResult>
{
    /// <inheritdoc/>
    public override Task<FeaturizeResult> RunAsync(TaskActivityContext context, FeaturizeInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
