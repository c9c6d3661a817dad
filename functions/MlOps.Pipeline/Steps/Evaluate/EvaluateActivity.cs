using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Evaluate;

/// <summary>Runs <see cref="EvaluateStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class EvaluateActivity(PipelineSteps steps) : TaskActivity<EvaluateInput, EvaluateResult>
{
    /// <inheritdoc/>
    public override Task<EvaluateResult> RunAsync(TaskActivityContext context, EvaluateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Evaluate.RunAsync(input, context.CancellationToken);
    }
}
