using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>Runs <see cref="BaselineStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class BaselineActivity(PipelineSteps steps) : TaskActivity<BaselineInput, BaselineResult>
{
    /// <inheritdoc/>
    public override Task<BaselineResult> RunAsync(TaskActivityContext context, BaselineInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Baseline.RunAsync(input, context.CancellationToken);
    }
}
