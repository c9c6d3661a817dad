using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>Runs <see cref="EvaluateStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class EvaluateActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<EvaluateInput, EvaluateResult>
{
    /// <inheritdoc/>
    public override Task<EvaluateResult> RunAsync(TaskActivityContext context, EvaluateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Evaluate.RunAsync(input, stopping.Token);
    }
}
