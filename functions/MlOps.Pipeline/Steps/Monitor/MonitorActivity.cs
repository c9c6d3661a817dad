using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Runs <see cref="MonitorStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class MonitorActivity(MonitorStep step, ActivityStop stopping) : TaskActivity<MonitorInput, MonitorResult>
{
    /// <inheritdoc/>
    public override Task<MonitorResult> RunAsync(TaskActivityContext context, MonitorInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
