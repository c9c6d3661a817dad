using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Report;

/// <summary>Runs <see cref="ReportStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class ReportActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<ReportInput, ReportResult>
{
    /// <inheritdoc/>
    public override Task<ReportResult> RunAsync(TaskActivityContext context, ReportInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Report.RunAsync(input, stopping.Token);
    }
}
