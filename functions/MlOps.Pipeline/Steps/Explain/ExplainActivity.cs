using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>Runs <see cref="ExplainStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class ExplainActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<ExplainInput, ExplainResult>
{
    /// <inheritdoc/>
    public override Task<ExplainResult> RunAsync(TaskActivityContext context, ExplainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Explain.RunAsync(input, stopping.Token);
    }
}
