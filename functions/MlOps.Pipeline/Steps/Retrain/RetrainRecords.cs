using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Steps.Promote;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Retrain;

/// <summary>Asks whether a period's run trains a model. Runs of a pipeline must ask in period order.</summary>
/// <param name="RunId">Run that asks.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Drop">The drop to be predicted.</param>
/// <param name="Initial">The history's first drop.</param>
/// <param name="History">Drops that could be learned from.</param>
/// <param name="InspectKey">Key of the inspect step.</param>
/// <param name="Incidents">Faults of the drop's data.</param>
public sealed record RetrainInput(
    string RunId, string Pipeline, string DefinitionHash, PinnedDrop Drop, PinnedDrop Initial, IReadOnlyList<PinnedDrop> History,
    string InspectKey, IReadOnlyList<DataIncident> Incidents);

/// <summary>Whether a period's run trains a model.</summary>
/// <param name="Train">Whether it does.</param>
/// <param name="Reason">Why, in a sentence.</param>
/// <param name="Retained">Where it does not: the champion, which predicts.</param>
/// <param name="TrainResult">Its training.</param>
/// <param name="EvaluateResult">Its metrics.</param>
/// <param name="Said">The reason as a code with arguments.</param>
public sealed record RetrainResult(
    bool Train, string Reason, PromoteResult? Retained = null, TrainResult? TrainResult = null, EvaluateResult? EvaluateResult = null,
    Sentence? Said = null);
