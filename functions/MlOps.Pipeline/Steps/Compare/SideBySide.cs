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

/// <summary>A model's difference from the one that all are held against.</summary>
/// <param name="Value">The model's value minus the other's.</param>
/// <param name="Low">Lower end of its 95 % interval over resamples of the rows, both models on the same rows each time; of the gate's metric alone.</param>
/// <param name="High">Upper end.</param>
/// <param name="IsBetter">Whether the interval leaves out 0 to the better side; <see langword="null"/> where it holds 0, or where there is none.</param>
public sealed record PairedDifference(double Value, double? Low, double? High, bool? IsBetter);

/// <summary>A metric of several models on the same rows.</summary>
/// <param name="HigherIsBetter">Which way it is better; <see langword="null"/> for counts and shares that are neither.</param>
/// <param name="Values">Each model's value.</param>
/// <param name="Differences">Each model's difference from the first; <see langword="null"/> for the first itself, and where one of them has no value.</param>
public sealed record MetricOfMany(bool? HigherIsBetter, IReadOnlyList<double?> Values, IReadOnlyList<PairedDifference?> Differences);

/// <summary>Several models on the same rows.</summary>
/// <param name="Versions">The models, in the order of all values; all are held against the first.</param>
/// <param name="RowsOf">Version of the model whose history the rows are of; <see langword="null"/> where there are none.</param>
/// <param name="Rows">Number of the rows, which no model has learned from.</param>
/// <param name="Periods">Periods that the rows are of, in order.</param>
/// <param name="Metric">The metric of the gate, of whose differences there are intervals.</param>
/// <param name="Resamples">Resamples behind the intervals.</param>
/// <param name="Metrics">Metrics by name.</param>
/// <param name="Problem">Why there are no such rows; <see langword="null"/> where there are.</param>
public sealed record SameRowsOfMany(
    IReadOnlyList<string> Versions, string? RowsOf, int Rows, IReadOnlyList<string> Periods, string? Metric, int Resamples, IReadOnlyDictionary<string, MetricOfMany> Metrics, Sentence? Problem);

/// <summary>
/// Measures models on the test rows of the one that has learned from the most files. The figures that each was registered with are of other rows, and their
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

    /// <summary>Measures two models.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="left">One model.</param>
    /// <param name="right">The other.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<SameRows> MeasureAsync(PipelineName pipeline, ModelVersion left, ModelVersion right, CancellationToken cancellation = default)
    {
        var both = await MeasureAsync(pipeline, [left, right], cancellation);
        var metrics = both.Metrics.ToDictionary(m => m.Key, m => new MetricOfTwo(
            m.Value.Values[0], m.Value.Values[1], m.Value.HigherIsBetter, m.Value.Differences[1]?.Value, m.Value.Differences[1]?.Low, m.Value.Differences[1]?.High));
        return new SameRows(both.RowsOf, both.Rows, both.Periods, both.Metric, both.Resamples, metrics, both.Problem);
    }

    /// <summary>Measures models, all against the first.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="models">The models, at least one.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<SameRowsOfMany> MeasureAsync(PipelineName pipeline, IReadOnlyList<ModelVersion> models, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentOutOfRangeException.ThrowIfZero(models.Count, nameof(models));
        string[] versions = [.. models.Select(m => m.Version)];
        var last = models[^1];
        var definition = await _context.Definitions.LoadAsync(pipeline, last.DefinitionHash, cancellation);
        foreach (var model in models.SkipLast(1))
        {
            if (await ProblemOfAsync(pipeline, model, last, definition, cancellation) is { } problem)
            {
                return new SameRowsOfMany(versions, null, 0, [], null, 0, new Dictionary<string, MetricOfMany>(), problem);
            }
        }

        var judge = models.Aggregate(last, (a, b) => b.History.Count > a.History.Count || (b.History.Count == a.History.Count && string.CompareOrdinal(b.Period, a.Period) > 0) ? b : a);
        var history = await HistoryRows.OpenAsync(_context, pipeline, judge.AccumulateKey, cancellation);
        var rows = history.Rows(Part.Test);
        if (rows.Length == 0)
        {
            return new SameRowsOfMany(versions, null, 0, [], null, 0, new Dictionary<string, MetricOfMany>(), Sentence.Of("no-test-rows"));
        }

        var labels = history.Labels(rows);
        var scores = new List<double[]>();
        foreach (var model in models)
        {
            scores.Add(await ScoresAsync(pipeline, model, history, rows, cancellation));
        }

        var values = models.Select((m, i) => TaskMetrics.Of(definition.Task, m.Classes.Count, labels, scores[i], m.Threshold)).ToArray();
        var metric = definition.Promote.MetricOf(definition.Task);
        var comparison = new Comparison(metric, last.Classes.Count, labels);
        var intervals = await Task.Run(() => scores.Select((s, i) => i == 0 ? null : IntervalOf(comparison, s, scores[0], definition.Promote)).ToArray(), cancellation);
        var periods = (await _context.Runner.ReadRecordAsync(pipeline, judge.AccumulateKey, cancellation)).ResultOf<AccumulateResult>().Periods;
        var metrics = values.SelectMany(v => v.Keys).Distinct(StringComparer.Ordinal).Where(name => name != "rows").Order(StringComparer.Ordinal)
            .ToDictionary(name => name, name => MetricOf(name, values, name == metric ? intervals : null));
        return new SameRowsOfMany(versions, judge.Version, rows.Length, periods, metric, definition.Promote.Resamples, metrics, null);
    }

    private static MetricOfMany MetricOf(string name, IReadOnlyDictionary<string, double>[] values, (double Low, double High)?[]? intervals)
    {
        var higherIsBetter = HigherIsBetter(name);
        double?[] each = [.. values.Select(v => v.TryGetValue(name, out var value) ? value : (double?)null)];
        return new MetricOfMany(higherIsBetter, each, [.. each.Select((value, i) =>
        {
            if (i == 0 || value - each[0] is not { } difference)
            {
                return null;
            }

            var interval = intervals?[i];
            bool? isAbove = interval is not { } ends ? null : ends.Low > 0 ? true : ends.High < 0 ? false : null;
            return new PairedDifference(difference, interval?.Low, interval?.High, isAbove is null ? null : isAbove == higherIsBetter);
        })]);
    }

    private static (double Low, double High)? IntervalOf(Comparison comparison, double[] model, double[] first, PromoteSettings settings)
    {
        // Ascending improvements of the model; of a loss an improvement is a difference below 0.
        var improvements = comparison.Improvements(model, first, settings);
        if (improvements.Length == 0)
        {
            return null;
        }

        var (low, high) = (NumericBins.Quantile(improvements, 0.025), NumericBins.Quantile(improvements, 0.975));
        return comparison.HigherIsBetter ? (low, high) : (-high, -low);
    }

    private async Task<Sentence?> ProblemOfAsync(PipelineName pipeline, ModelVersion model, ModelVersion last, PipelineDefinition definition, CancellationToken cancellation)
    {
        var other = await _context.Definitions.LoadAsync(pipeline, model.DefinitionHash, cancellation);
        return definition.Task != other.Task || !model.Classes.SequenceEqual(last.Classes, StringComparer.Ordinal) ? Sentence.Of("other-classes")
            // A row's part follows from these: where they differ, one model may have learned from what judges the other.
            : definition.Split != other.Split || definition.Validation.Kind == ValidationKind.Time != (other.Validation.Kind == ValidationKind.Time) ? Sentence.Of("other-split")
            : null;
    }

    private async Task<double[]> ScoresAsync(PipelineName pipeline, ModelVersion version, HistoryRows history, int[] rows, CancellationToken cancellation)
    {
        await using var json = await _context.Runner.OpenAsync(pipeline, version.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var transform = Transform.Load(json);
        var model = await TrainedModel.OpenAsync(_context, pipeline, version.TrainKey, cancellation);
        return Predictions.Scores(model, TransformApply.Apply(transform, history.Table, rows), _context.Options);
    }
}
