using Microsoft.DurableTask;
using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Retrain;

/// <summary>Decides for an orchestration whether it trains.</summary>
/// <param name="retraining">Decides.</param>
/// <param name="stopping">Says when the activity has to end.</param>
public sealed class RetrainActivity(Retraining retraining, ActivityStop stopping) : TaskActivity<RetrainInput, RetrainResult>
{
    /// <inheritdoc/>
    public override Task<RetrainResult> RunAsync(TaskActivityContext context, RetrainInput input)
    {
        ArgumentNullException.ThrowIfNull(context);
        return retraining.DecideAsync(input, stopping.Token);
    }
}
