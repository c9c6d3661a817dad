using System.Text.Json.Serialization;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Steps.Incidents;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Asks whether a drop's data are sound, before anything is decided on them.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="AccumulateKey">Key of the accumulate step of the run's history.</param>
/// <param name="Drop">The drop.</param>
/// <param name="Initial">The history's first drop.</param>
/// <param name="SameMonth">Files of the same calendar month in earlier years, in the order of their periods; <see langword="null"/> where there are none.</param>
public sealed record InspectInput(
    string RunId, string Pipeline, string DefinitionHash, string AccumulateKey, PinnedDrop Drop, PinnedDrop Initial,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PinnedDrop>? SameMonth = null);

/// <summary>Faults of a drop's data.</summary>
/// <param name="Incidents">The faults; empty where the data are sound.</param>
public sealed record InspectResult(IReadOnlyList<DataIncident> Incidents) : StepResult;

/// <summary>Asks for what is to be watched in a period.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="AccumulateKey">Key of the accumulate step of the model that predicted.</param>
/// <param name="TrainKey">Key of its train step.</param>
/// <param name="EvaluateKey">Key of its evaluate step.</param>
/// <param name="InspectKey">Key of the inspect step.</param>
/// <param name="PredictKey">Key of the predict step.</param>
/// <param name="Drop">The drop that was predicted.</param>
/// <param name="Initial">The history's first drop.</param>
/// <param name="SameMonth">Files of the same calendar month in earlier years, in the order of their periods; <see langword="null"/> where there are none.</param>
public sealed record MonitorInput(
    string RunId, string Pipeline, string DefinitionHash, string AccumulateKey, string TrainKey, string EvaluateKey, string InspectKey,
    string PredictKey, PinnedDrop Drop, PinnedDrop Initial,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<PinnedDrop>? SameMonth = null);

/// <summary>What was found, in short; all of it is in the step's output <c>monitor.json</c>.</summary>
/// <param name="HasDrift">Whether a column or the scores have drifted.</param>
/// <param name="Drifted">Names of the drifted columns, the largest effect first; ten at most.</param>
/// <param name="Columns">Columns that were compared.</param>
/// <param name="Incidents">Faults of the data.</param>
/// <param name="Alerts">What somebody must look at, the largest effect first; ten at most.</param>
/// <param name="Estimated">Metrics to be expected once labels are there, by name; empty where no estimate is possible.</param>
public sealed record MonitorResult(
    bool HasDrift,
    IReadOnlyList<string> Drifted,
    int Columns,
    IReadOnlyList<DataIncident> Incidents,
    IReadOnlyList<MonitorAlert> Alerts,
    IReadOnlyDictionary<string, double> Estimated) : StepResult;
