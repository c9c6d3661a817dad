using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Runs <see cref="TrainStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class TrainActivity(TrainStep step, ActivityStop stopping) : TaskActivity<TrainInput, TrainResult>
{
    /// <inheritdoc/>
    public override Task<TrainResult> RunAsync(TaskActivityContext context, TrainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
