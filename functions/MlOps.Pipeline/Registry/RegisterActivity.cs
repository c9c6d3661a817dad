using Microsoft.DurableTask;
using MlOps.Pipeline.Steps;

namespace MlOps.Pipeline.Registry;

/// <summary>Registers a trained model for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class RegisterActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<RegisterInput, RegisterResult>
{
    /// <inheritdoc/>
    public override Task<RegisterResult> RunAsync(TaskActivityContext context, RegisterInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Models.RegisterAsync(input, stopping.Token);
    }
}
