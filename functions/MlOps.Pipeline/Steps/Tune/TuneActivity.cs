using Microsoft.DurableTask;

namespace MlOps.Pipeline.Steps.Tune;

/// <summary>Runs <see cref="TuneStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class TuneActivity(PipelineSteps steps, ActivityStop stopping) : TaskActivity<TuneInput, TuneResult>
{
    /// <inheritdoc/>
    public override Task<TuneResult> RunAsync(TaskActivityContext context, TuneInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Tune.RunAsync(input, stopping.Token);
    }
}
