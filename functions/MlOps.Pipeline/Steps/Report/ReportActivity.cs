using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Report.Data;

namespace MlOps.Pipeline.Steps.Report;

/// <summary>Runs <see cref="ReportStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class ReportActivity(ReportStep step, ActivityStop stopping) : TaskActivity<ReportInput, ReportResult>
{
    /// <inheritdoc/>
    public override Task<ReportResult> RunAsync(TaskActivityContext context, ReportInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
