using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>Runs <see cref="LeaderboardStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class LeaderboardActivity(PipelineSteps steps) : TaskActivity<LeaderboardInput, LeaderboardResult>
{
    /// <inheritdoc/>
    public override Task<LeaderboardResult> RunAsync(TaskActivityContext context, LeaderboardInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Leaderboard.RunAsync(input, context.CancellationToken);
    }
}
