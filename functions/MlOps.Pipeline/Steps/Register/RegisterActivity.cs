using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;

namespace MlOps.Pipeline.Steps.Register;

/// <summary>Registers a trained model for an orchestration.</summary>
/// <param name="registration">Registers models.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class RegisterActivity(Registration registration, ActivityStop stopping) : TaskActivity<RegisterInput, RegisterResult>
{
    /// <inheritdoc/>
    public override Task<RegisterResult> RunAsync(TaskActivityContext context, RegisterInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return registration.RegisterAsync(input, stopping.Token);
    }
}
