using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Validate;

/// <summary>Runs <see cref="ValidateStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class ValidateActivity(PipelineSteps steps) : TaskActivity<ValidateInput, ValidateResult>
{
    /// <inheritdoc/>
    public override Task<ValidateResult> RunAsync(TaskActivityContext context, ValidateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Validate.RunAsync(input, context.CancellationToken);
    }
}
