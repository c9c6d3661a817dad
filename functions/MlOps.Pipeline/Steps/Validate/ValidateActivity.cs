using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Runs <see cref="ValidateStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class ValidateActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<ValidateInput, ValidateResult>
{
    /// <inheritdoc/>
    public override Task<ValidateResult> RunAsync(TaskActivityContext context, ValidateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Validate.RunAsync(input, stopping.Token);
    }
}
