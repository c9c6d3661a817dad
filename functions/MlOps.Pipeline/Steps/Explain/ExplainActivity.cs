using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>Runs <see cref="ExplainStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class ExplainActivity(ExplainStep step, ActivityStop stopping) : TaskActivity<ExplainInput, ExplainResult>
{
    /// <inheritdoc/>
    public override Task<ExplainResult> RunAsync(TaskActivityContext context, ExplainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
