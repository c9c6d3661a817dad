using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>Runs <see cref="BaselineStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class BaselineActivity(BaselineStep step, ActivityStop stopping) : TaskActivity<BaselineInput, BaselineResult>
{
    /// <inheritdoc/>
    public override Task<BaselineResult> RunAsync(TaskActivityContext context, BaselineInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
