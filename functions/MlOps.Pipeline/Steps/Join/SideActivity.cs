using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Join;

/// <summary>Runs <see cref="SideStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class SideActivity(SideStep step, ActivityStop stopping) : TaskActivity<SideInput, SideResult>
{
    /// <inheritdoc/>
    public override Task<SideResult> RunAsync(TaskActivityContext context, SideInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
