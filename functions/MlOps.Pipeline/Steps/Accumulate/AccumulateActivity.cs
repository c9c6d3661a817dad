using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>Runs <see cref="AccumulateStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class AccumulateActivity(AccumulateStep step, ActivityStop stopping) : TaskActivity<AccumulateInput, AccumulateResult>
{
    /// <inheritdoc/>
    public override Task<AccumulateResult> RunAsync(TaskActivityContext context, AccumulateInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
