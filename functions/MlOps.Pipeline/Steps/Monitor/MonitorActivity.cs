using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Runs <see cref="MonitorStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class MonitorActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<MonitorInput, MonitorResult>
{
    /// <inheritdoc/>
    public override Task<MonitorResult> RunAsync(TaskActivityContext context, MonitorInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Monitor.RunAsync(input, stopping.Token);
    }
}
