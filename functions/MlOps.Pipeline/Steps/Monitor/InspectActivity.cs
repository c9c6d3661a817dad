using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Runs <see cref="InspectStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class InspectActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<InspectInput, InspectResult>
{
    /// <inheritdoc/>
    public override Task<InspectResult> RunAsync(TaskActivityContext context, InspectInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Inspect.RunAsync(input, stopping.Token);
    }
}
