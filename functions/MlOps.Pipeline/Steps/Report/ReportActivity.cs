using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Report;

/// <summary>Runs <see cref="ReportStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class ReportActivity(PipelineSteps steps) : TaskActivity<ReportInput, ReportResult>
{
    /// <inheritdoc/>
    public override Task<ReportResult> RunAsync(TaskActivityContext context, ReportInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Report.RunAsync(input, context.CancellationToken);
    }
}
