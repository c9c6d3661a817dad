using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>Runs <see cref="LeaderboardStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class LeaderboardActivity(LeaderboardStep step, ActivityStop stopping) : TaskActivity<LeaderboardInput, LeaderboardResult>
{
    /// <inheritdoc/>
    public override Task<LeaderboardResult> RunAsync(TaskActivityContext context, LeaderboardInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
