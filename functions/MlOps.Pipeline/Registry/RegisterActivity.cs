using MlOps.Durable;
using MlOps.Pipeline.Steps;

namespace MlOps.Pipeline.Registry;

/// <summary>Registers a trained model for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class RegisterActivity(PipelineSteps steps) : TaskActivity<RegisterInput, RegisterResult>
{
    /// <inheritdoc/>
    public override Task<RegisterResult> RunAsync(TaskActivityContext context, RegisterInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Models.RegisterAsync(input, context.CancellationToken);
    }
}
