using MlOps.Pipeline.Steps.Compare;
using MlOps.Pipeline.Steps.Incidents;

namespace MlOps.Pipeline.Steps.Promote;

/// <summary>Asks which model a period's run predicts with. Runs of a pipeline must ask in period order.</summary>
/// <param name="RunId">Run that asks.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Period">Period.</param>
/// <param name="Challenger">Version of the model that the run trained.</param>
/// <param name="Incidents">Faults of the drop's data; with any, and unless the definition only tells of them, nothing is promoted.</param>
public sealed record PromoteInput(
    string RunId, string Pipeline, string DefinitionHash, string Period, string Challenger, IReadOnlyList<DataIncident> Incidents);

/// <summary>The model to predict with.</summary>
/// <param name="Version">Its version.</param>
/// <param name="Promoted">Whether it is the run's own model.</param>
/// <param name="Champion">The champion before; <see langword="null"/> where there was none.</param>
/// <param name="AccumulateKey">Key of its accumulate step, which holds its transform.</param>
/// <param name="TrainKey">Key of its train step, which holds the model.</param>
/// <param name="EvaluateKey">Key of its evaluate step, which holds its threshold.</param>
/// <param name="Verdict">The evidence.</param>
/// <param name="Approval">Where a person was asked: <c>pending</c> while nothing is decided yet, <c>approved</c>, <c>rejected</c> or <c>timed_out</c>.</param>
/// <param name="ApprovalTimeout">How long a pending approval is waited for.</param>
/// <param name="Metrics">Metrics of the model to predict with, by part and name, as it was measured when it was trained.</param>
/// <param name="Parameters">Its parameters; <see langword="null"/> in results of before they were said.</param>
/// <param name="Rounds">Its rounds of trees.</param>
public sealed record PromoteResult(
    string Version, bool Promoted, string? Champion, string AccumulateKey, string TrainKey, string EvaluateKey, CompareResult Verdict,
    string? Approval = null, TimeSpan? ApprovalTimeout = null, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>>? Metrics = null,
    IReadOnlyDictionary<string, string>? Parameters = null, int Rounds = 0)
{
    /// <summary>Whether no model is in production: the run's own was refused, and predicts because there is no other.</summary>
    public bool IsNobodysChampion => !Promoted && Champion is null;
}
