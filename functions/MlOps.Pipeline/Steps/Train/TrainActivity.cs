using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Runs <see cref="TrainStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class TrainActivity(PipelineSteps steps) : TaskActivity<TrainInput, TrainResult>
{
    /// <inheritdoc/>
    public override Task<TrainResult> RunAsync(TaskActivityContext context, TrainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Train.RunAsync(input, context.CancellationToken);
    }
}
