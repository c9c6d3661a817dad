using MlOps.Pipeline.Artifacts;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>Asks for the training history of a period, its split and its fitted transform.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="Period">Period to be predicted.</param>
/// <param name="History"><c>initial</c> and every accepted earlier period, in period order.</param>
/// <param name="Score">The drop to be predicted: its ids are kept out of the history, nothing else of it is read.</param>
public sealed record AccumulateInput(
    string RunId, string Pipeline, string DefinitionHash, string Period, IReadOnlyList<PinnedDrop> History, PinnedDrop Score);

/// <summary>The history, ready for training.</summary>
/// <param name="Rows">Labelled rows of the history.</param>
/// <param name="TrainRows">Rows of the train part.</param>
/// <param name="ValidRows">Rows of the valid part.</param>
/// <param name="TestRows">Rows of the test part.</param>
/// <param name="Periods">Periods that are learned from, in order.</param>
/// <param name="Warnings">Rows and periods that were left out, and why.</param>
/// <param name="RowsOfPeriods">Labelled rows of each of the periods, which stand one after the other; <see langword="null"/> in results of before they were counted.</param>
/// <param name="RollingBacktest">What backtests inside the history say; <see langword="null"/> where there were none.</param>
public sealed record AccumulateResult(
    long Rows, long TrainRows, long ValidRows, long TestRows, IReadOnlyList<string> Periods, IReadOnlyList<Finding> Warnings,
    IReadOnlyList<int>? RowsOfPeriods = null, RollingBacktest? RollingBacktest = null) : StepResult;
