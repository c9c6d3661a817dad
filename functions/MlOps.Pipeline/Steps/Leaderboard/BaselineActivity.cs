using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>Runs <see cref="BaselineStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class BaselineActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<BaselineInput, BaselineResult>
{
    /// <inheritdoc/>
    public override Task<BaselineResult> RunAsync(TaskActivityContext context, BaselineInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Baseline.RunAsync(input, stopping.Token);
    }
}
