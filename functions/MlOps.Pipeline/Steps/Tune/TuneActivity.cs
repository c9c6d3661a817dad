using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Tune;

/// <summary>Runs <see cref="TuneStep"/> for an orchestration.</summary>
/// <param name="step">The step.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class TuneActivity(TuneStep step, ActivityStop stopping) : TaskActivity<TuneInput, TuneResult>
{
    /// <inheritdoc/>
    public override Task<TuneResult> RunAsync(TaskActivityContext context, TuneInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return step.RunAsync(input, stopping.Token);
    }
}
