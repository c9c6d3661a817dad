namespace MlOps.Tuning;

/// <summary>What a pruner may see when it judges a trial right after a report.</summary>
/// <param name="StudyName">Name of the study.</param>
/// <param name="Direction">Whether smaller or larger values are better.</param>
/// <param name="Others">The other trials that count, by number.</param>
/// <param name="Trial">The trial, its last report included.</param>
internal sealed record PrunerView(string StudyName, Direction Direction, IReadOnlyList<TrialRecord> Others, TrialRecord Trial)
{
    /// <summary>Whether a is strictly worse than b.</summary>
    public bool IsWorse(double a, double b) => Direction == Direction.Minimize ? a > b : a < b;
}

/// <summary>Decides from intermediate values whether a trial is worth going on with.</summary>
internal interface IPruner
{
    /// <summary>Fixes whatever the settings left to be found from complete trials. Only the first call that shows a complete trial has an effect.</summary>
    void Fix(IReadOnlyList<TrialRecord> trials);

    /// <summary>Judges a trial. The record that comes back keeps what the pruner has to remember of it.</summary>
    Judgement Judge(PrunerView view);
}

/// <summary>What a pruner says of a trial.</summary>
/// <param name="Trial">The trial with the report and what the pruner remembers of it.</param>
/// <param name="Prune">Whether to stop it.</param>
public sealed record Judgement(TrialRecord Trial, bool Prune);
