using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Runs <see cref="TrainStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class TrainActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<TrainInput, TrainResult>
{
    /// <inheritdoc/>
    public override Task<TrainResult> RunAsync(TaskActivityContext context, TrainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Train.RunAsync(input, stopping.Token);
    }
}
