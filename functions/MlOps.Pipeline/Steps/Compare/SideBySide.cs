using MlOps.Evaluation.Drift;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>A metric of two models on the same rows.</summary>
/// <param name="Left">The left model's value.</param>
/// <param name="Right">The right model's value.</param>
/// <param name="HigherIsBetter">Which way it is better; <see langword="null"/> for counts and shares that are neither.</param>
/// <param name="Difference">Right minus left.</param>
/// <param name="Low">Lower end of the difference's 95 % interval over resamples of the rows; of the gate's metric.</param>
/// <param name="High">Upper end.</param>
public sealed record MetricOfTwo(double? Left, double? Right, bool? HigherIsBetter, double? Difference, double? Low, double? High);

/// <summary>Two models on the same rows.</summary>
/// <param name="RowsOf">Version of the model whose history the rows are of.</param>
/// <param name="Rows">Number of the rows, which neither model has learned from.</param>
/// <param name="Periods">Periods that the rows are of, in order.</param>
/// <param name="Metric">The metric of the gate, of whose difference there is an interval.</param>
/// <param name="Resamples">Resamples behind the interval.</param>
/// <param name="Metrics">Metrics by name.</param>
/// <param name="Problem">Why there are no such rows; <see langword="null"/> where there are.</param>
public sealed record SameRows(
    string? RowsOf, int Rows, IReadOnlyList<string> Periods, string? Metric, int Resamples, IReadOnlyDictionary<string, MetricOfTwo> Metrics, Sentence? Problem);

/// <summary>
/// Measures two models on the test rows of the one that has learned from more files. The figures that each was registered with are of other rows, and their
/// difference would say as much of the rows as of the models.
/// </summary>
public sealed class SideBySide
{
    private static readonly string[] HigherBetter =
        ["accuracy", "auc", "average_precision", "balanced_accuracy", "f1", "macro_f1", "mcc", "ovr_auc", "precision", "r2", "recall", "top2_accuracy", "true_negatives", "true_positives", "weighted_f1"];

    private static readonly string[] LowerBetter =
        ["binary_logloss", "brier", "false_negatives", "false_positives", "l1", "l2", "mape", "max_error", "median_absolute_error", "multi_logloss", "rmse"];

    private readonly StepContext _context;

    internal SideBySide(StepContext context) => _context = context;

    /// <summary>Which way a metric is better; <see langword="null"/> for counts and shares that are neither.</summary>
    /// <param name="metric">Name of the metric.</param>
    public static bool? HigherIsBetter(string metric) =>
        HigherBetter.Contains(metric, StringComparer.Ordinal) ? true : LowerBetter.Contains(metric, StringComparer.Ordinal) ? false : null;

    /// <summary>Measures.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="left">One model.</param>
    /// <param name="right">The other.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<SameRows> MeasureAsync(PipelineName pipeline, ModelVersion left, ModelVersion right, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        var definition = await _context.Definitions.LoadAsync(pipeline, right.DefinitionHash, cancellation);
        var other = await _context.Definitions.LoadAsync(pipeline, left.DefinitionHash, cancellation);
        if (definition.Task != other.Task || !left.Classes.SequenceEqual(right.Classes, StringComparer.Ordinal))
        {
            return None(Sentence.Of("other-classes"));
        }

        // A row's part follows from these: where they differ, one model may have learned from what judges the other.
        if (definition.Split != other.Split || definition.Validation.Kind == ValidationKind.Time != (other.Validation.Kind == ValidationKind.Time))
        {
            return None(Sentence.Of("other-split"));
        }

        var judge = left.History.Count > right.History.Count || (left.History.Count == right.History.Count && string.CompareOrdinal(left.Period, right.Period) > 0) ? left : right;
        var history = await HistoryRows.OpenAsync(_context, pipeline, judge.AccumulateKey, cancellation);
        var rows = history.Rows(Part.Test);
        if (rows.Length == 0)
        {
            return None(Sentence.Of("no-test-rows"));
        }

        var labels = history.Labels(rows);
        var (a, b) = (await ScoresAsync(pipeline, left, history, rows, cancellation), await ScoresAsync(pipeline, right, history, rows, cancellation));
        var (of, than) = (TaskMetrics.Of(definition.Task, left.Classes.Count, labels, a, left.Threshold), TaskMetrics.Of(definition.Task, right.Classes.Count, labels, b, right.Threshold));
        var metric = definition.Promote.MetricOf(definition.Task);
        var comparison = new Comparison(metric, right.Classes.Count, labels);
        // Ascending improvements of the right model; of a loss an improvement is a difference below 0.
        var improvements = comparison.Improvements(b, a, definition.Promote);
        (double Low, double High)? interval = improvements.Length == 0 ? null : (NumericBins.Quantile(improvements, 0.025), NumericBins.Quantile(improvements, 0.975));
        if (interval is var (low, high) && !comparison.HigherIsBetter)
        {
            interval = (-high, -low);
        }

        var periods = (await _context.Runner.ReadRecordAsync(pipeline, judge.AccumulateKey, cancellation)).ResultOf<AccumulateResult>().Periods;
        var metrics = of.Keys.Union(than.Keys).Where(name => name != "rows").Order(StringComparer.Ordinal).ToDictionary(name => name, name =>
        {
            var (l, r) = (of.TryGetValue(name, out var x) ? x : (double?)null, than.TryGetValue(name, out var y) ? y : (double?)null);
            var isOfGate = name == metric;
            return new MetricOfTwo(l, r, HigherIsBetter(name), r - l, isOfGate ? interval?.Low : null, isOfGate ? interval?.High : null);
        });
        return new SameRows(judge.Version, rows.Length, periods, metric, definition.Promote.Resamples, metrics, null);
    }

    private static SameRows None(Sentence problem) => new(null, 0, [], null, 0, new Dictionary<string, MetricOfTwo>(), problem);

    private async Task<double[]> ScoresAsync(PipelineName pipeline, ModelVersion version, HistoryRows history, int[] rows, CancellationToken cancellation)
    {
        await using var json = await _context.Runner.OpenAsync(pipeline, version.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var transform = Transform.Load(json);
        var model = await TrainedModel.OpenAsync(_context, pipeline, version.TrainKey, cancellation);
        return Predictions.Scores(model, TransformApply.Apply(transform, history.Table, rows), _context.Options);
    }
}
