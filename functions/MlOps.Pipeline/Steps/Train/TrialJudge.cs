using MlOps.Tuning;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Tells a pruner of a running trial.</summary>
internal sealed class TrialJudge(StudyDefinition study, Pruning pruning)
{
    /// <summary>The trial with the values that were reported.</summary>
    public TrialRecord Trial { get; private set; } = pruning.Trial;

    /// <summary>Whether the trial falls behind and is to end.</summary>
    /// <param name="step">Rounds, or folds.</param>
    /// <param name="value">The metric so far.</param>
    public bool Prunes(int step, double value)
    {
        var judgement = StudyPlan.Report(study, pruning.Earlier, Trial, step, value);
        Trial = judgement.Trial;
        return judgement.Prune;
    }
}
