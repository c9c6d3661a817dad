using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Tabular;

namespace MlOps.Pipeline.Serving;

/// <summary>One row's answer.</summary>
/// <param name="Id">Id of the row as it was given, or its number from 1.</param>
/// <param name="Prediction">The class as the label writes it, or <see langword="null"/> for a regression.</param>
/// <param name="Score">Probability of the positive class, of the predicted class, or the value of a regression.</param>
/// <param name="Probabilities">Probability of each class, in the order of the model's classes; <see langword="null"/> but for several classes.</param>
/// <param name="Reasons">What moved the score most, strongest first, as in the prediction file; <see langword="null"/> where not asked for.</param>
/// <param name="ModelVersion">The version that answered.</param>
public sealed record ScoredRow(
    string Id, string? Prediction, double Score, IReadOnlyList<double>? Probabilities, IReadOnlyList<string>? Reasons, string ModelVersion);

/// <summary>Answers of one model version, in the order of the rows.</summary>
public sealed class ScoredRows
{
    private readonly PipelineDefinition _definition;
    private readonly EvaluateResult _evaluation;
    private readonly Column _ids;
    private readonly double[] _scores;
    private readonly RowReasons? _reasons;
    private readonly (string Negative, string Positive) _binary;

    internal ScoredRows(
        ModelVersion model, PipelineDefinition definition, EvaluateResult evaluation, Column ids, double[] scores, RowReasons? reasons, IReadOnlyList<Finding> warnings)
    {
        Model = model;
        _definition = definition;
        _evaluation = evaluation;
        _ids = ids;
        _scores = scores;
        _reasons = reasons;
        Warnings = warnings;
        _binary = PredictionFile.BinaryClasses(evaluation.Classes);
    }

    /// <summary>The version that answered.</summary>
    public ModelVersion Model { get; }

    /// <summary>What was odd: unseen categories, values out of range, columns that are not used.</summary>
    public IReadOnlyList<Finding> Warnings { get; }

    /// <summary>Number of rows.</summary>
    public int Count => _ids.RowCount;

    /// <summary>Scores a row: the number of classes, or 1.</summary>
    public int Width => _definition.Task == TaskKind.Multiclass ? _evaluation.Classes.Count : 1;

    /// <summary>Row by row: the probability of the positive class, or of each class in order, or the value.</summary>
    public ReadOnlySpan<double> Scores => _scores;

    /// <summary>A row's answer.</summary>
    /// <param name="row">Row, from 0.</param>
    public ScoredRow this[int row]
    {
        get
        {
            var id = _ids.Text(row) ?? "";
            string[]? reasons = _reasons is null ? null : [.. Enumerable.Range(0, _reasons.Count).Select(rank => _reasons.Text(row, rank))];
            switch (_definition.Task)
            {
                case TaskKind.Binary:
                    return new ScoredRow(id, _scores[row] >= _evaluation.Threshold ? _binary.Positive : _binary.Negative, _scores[row], null, reasons, Model.Version);
                case TaskKind.Regression:
                    return new ScoredRow(id, null, _scores[row], null, reasons, Model.Version);
                default:
                    var probabilities = _scores.AsSpan(row * Width, Width);
                    var best = MulticlassMetrics.MostProbable(probabilities);
                    return new ScoredRow(id, _evaluation.Classes[best], probabilities[best], probabilities.ToArray(), reasons, Model.Version);
            }
        }
    }

    /// <summary>Writes the answers as the prediction file that a drop of these rows would have.</summary>
    /// <param name="stream">Receives UTF-8.</param>
    public void WriteCsv(Stream stream) => PredictionFile.Write(stream, _definition, _ids, _scores, _evaluation, _reasons);
}
