using MlOps.Boosting.Data;

namespace MlOps.Boosting.Training;

/// <summary>A set to be measured on while training.</summary>
/// <param name="Name">Name under which its metrics are reported.</param>
/// <param name="Data">Rows, binned with <see cref="Dataset.CreateValid(IReadOnlyList{double[]}, float[], float[], double[], int[], int)"/> of the training set.</param>
public sealed record ValidSet(string Name, Dataset Data);

/// <summary>One metric of one set after an iteration.</summary>
/// <param name="Set">Name of the set; "training" for the training set.</param>
/// <param name="Metric">Name of the metric, such as "auc" or "ndcg@3".</param>
/// <param name="Value">Its value.</param>
/// <param name="HigherIsBetter">Whether larger values are better.</param>
public sealed record MetricResult(string Set, string Metric, double Value, bool HigherIsBetter);

/// <summary>What a training reports after an iteration.</summary>
/// <param name="Iteration">Number of the iteration, from 1. A training that can split nothing has one, its constant model.</param>
/// <param name="Metrics">Metrics of the training set (when asked for) and of the validation sets, in order.</param>
public sealed record IterationResult(int Iteration, IReadOnlyList<MetricResult> Metrics);
