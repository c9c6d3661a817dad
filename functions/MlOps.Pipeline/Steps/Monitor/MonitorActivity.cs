using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Runs <see cref="MonitorStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class MonitorActivity(PipelineSteps steps) : TaskActivity<MonitorInput, MonitorResult>
{
    /// <inheritdoc/>
    public override Task<MonitorResult> RunAsync(TaskActivityContext context, MonitorInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Monitor.RunAsync(input, context.CancellationToken);
    }
}
