using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Predict;

/// <summary>Runs <see cref="PredictStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class PredictActivity(PredictStep step, ActivityStop stopping) : TaskActivity<PredictInput, PredictResult>
{
    /// <inheritdoc/>
    public override Task<PredictResult> RunAsync(TaskActivityContext context, PredictInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
