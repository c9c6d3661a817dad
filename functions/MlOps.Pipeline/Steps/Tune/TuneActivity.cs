using MlOps.Durable;

namespace MlOps.Pipeline.Steps.Tune;

/// <summary>Runs <see cref="TuneStep"/> for an orchestration.</summary>
/// <param name="steps">The steps.</param>
public sealed class TuneActivity(PipelineSteps steps) : TaskActivity<TuneInput, TuneResult>
{
    /// <inheritdoc/>
    public override Task<TuneResult> RunAsync(TaskActivityContext context, TuneInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return steps.Tune.RunAsync(input, context.CancellationToken);
    }
}
