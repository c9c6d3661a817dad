using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>Runs <see cref="EvaluateStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class EvaluateActivity(EvaluateStep step, ActivityStop stopping) : TaskActivity<EvaluateInput, EvaluateResult>
{
    /// <inheritdoc/>
    public override Task<EvaluateResult> RunAsync(TaskActivityContext context, EvaluateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
