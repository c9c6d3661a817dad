using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Runs <see cref="InspectStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class InspectActivity(PipelineSteps steps) : TaskActivity<InspectInput, InspectResult>
{
    /// <inheritdoc/>
    public override Task<InspectResult> RunAsync(TaskActivityContext context, InspectInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Inspect.RunAsync(input, context.CancellationToken);
    }
}
