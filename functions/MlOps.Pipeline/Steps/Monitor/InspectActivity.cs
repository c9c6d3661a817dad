using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Runs <see cref="InspectStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class InspectActivity(InspectStep step, ActivityStop stopping) : TaskActivity<InspectInput, InspectResult>
{
    /// <inheritdoc/>
    public override Task<InspectResult> RunAsync(TaskActivityContext context, InspectInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
