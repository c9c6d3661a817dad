using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Runs <see cref="ValidateStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class ValidateActivity(ValidateStep step, ActivityStop stopping) : TaskActivity<ValidateInput, ValidateResult>
{
    /// <inheritdoc/>
    public override Task<ValidateResult> RunAsync(TaskActivityContext context, ValidateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
