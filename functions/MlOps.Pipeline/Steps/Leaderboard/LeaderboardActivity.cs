using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>Runs <see cref="LeaderboardStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class LeaderboardActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<LeaderboardInput, LeaderboardResult>
{
    /// <inheritdoc/>
    public override Task<LeaderboardResult> RunAsync(TaskActivityContext context, LeaderboardInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Leaderboard.RunAsync(input, stopping.Token);
    }
}
