using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>Runs <see cref="ExplainStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class ExplainActivity(PipelineSteps steps) : TaskActivity<ExplainInput, ExplainResult>
{
    /// <inheritdoc/>
    public override Task<ExplainResult> RunAsync(TaskActivityContext context, ExplainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Explain.RunAsync(input, context.CancellationToken);
    }
}
