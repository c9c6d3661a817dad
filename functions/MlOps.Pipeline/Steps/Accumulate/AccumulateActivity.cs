using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>Runs <see cref="AccumulateStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class AccumulateActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<AccumulateInput, AccumulateResult>
{
    /// <inheritdoc/>
    public override Task<AccumulateResult> RunAsync(TaskActivityContext context, AccumulateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Accumulate.RunAsync(input, stopping.Token);
    }
}
