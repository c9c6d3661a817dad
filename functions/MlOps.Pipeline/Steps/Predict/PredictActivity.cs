using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>Runs <see cref="PredictStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class PredictActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<PredictInput, PredictResult>
{
    /// <inheritdoc/>
    public override Task<PredictResult> RunAsync(TaskActivityContext context, PredictInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Predict.RunAsync(input, stopping.Token);
    }
}
