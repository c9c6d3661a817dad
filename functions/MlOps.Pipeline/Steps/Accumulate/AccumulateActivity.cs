using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>Runs <see cref="AccumulateStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class AccumulateActivity(PipelineSteps steps) : TaskActivity<AccumulateInput, AccumulateResult>
{
    /// <inheritdoc/>
    public override Task<AccumulateResult> RunAsync(TaskActivityContext context, AccumulateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Accumulate.RunAsync(input, context.CancellationToken);
    }
}
