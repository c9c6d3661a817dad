using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>Runs <see cref="PredictStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class PredictActivity(PipelineSteps steps) : TaskActivity<PredictInput, PredictResult>
{
    /// <inheritdoc/>
    public override Task<PredictResult> RunAsync(TaskActivityContext context, PredictInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Predict.RunAsync(input, context.CancellationToken);
    }
}
