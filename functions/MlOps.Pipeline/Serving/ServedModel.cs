using MlOps.Boosting.Evaluation;
using MlOps.Learning.Catalog;
using MlOps.Learning.Learners;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Register;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Serving;

/// <summary>
/// A model version in memory, with everything that a request needs: definition, schema, transform, learned model. Immutable; requests
/// use it from many threads at once. Rows take the way of a batch: <see cref="FileValidator"/>, <see cref="TransformApply"/>,
/// <see cref="Predictions"/>; nothing of that is written a second time here.
/// </summary>
public sealed class ServedModel
{
    // Below this many cells, threads cost more than they save.
    private const int ParallelFrom = 200_000;

    private readonly PipelineDefinition _definition;
    private readonly FileSchema _schema;
    private readonly Transform _transform;
    private readonly LearnedModel _model;
    private readonly EvaluateResult _evaluation;
    private readonly Contributions _contributions;
    private readonly TableSchema _ranges;

    private ServedModel(ModelVersion version, PipelineDefinition definition, FileSchema schema, Transform transform, LearnedModel model)
    {
        Version = version;
        _definition = definition;
        _schema = schema;
        _transform = transform;
        _model = model;
        _contributions = new Contributions(model, transform);
        _ranges = SchemaCheck.RangesOf(schema with { Columns = Columns });
        _evaluation = new EvaluateResult(version.Metrics, version.Classes, version.Threshold);
    }

    /// <summary>What is known of the version.</summary>
    public ModelVersion Version { get; }

    /// <summary>What is predicted.</summary>
    public TaskKind Task => _definition.Task;

    /// <summary>The columns that a request must have, in the order of the history; requests may have them in any order.</summary>
    public IReadOnlyList<SchemaColumn> Columns => [.. _schema.Columns.Where(c => c.Role == ColumnRole.Feature)];

    /// <summary>Whether the rows are pictures, which may be sent as they are.</summary>
    public bool IsOfPictures => _definition.Kind == PipelineKind.Image;

    /// <summary>Name of the id column, which a request may leave out; <see langword="null"/> where rows have no id.</summary>
    public string? IdColumn => _definition.Id;

    /// <summary>Loads a version and checks that its files are those that were registered.</summary>
    /// <param name="models">The registry.</param>
    /// <param name="definitions">Pinned definitions.</param>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="version">Version.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="StepRefusedException">There is no such version, or a file of it was changed.</exception>
    public static async Task<ServedModel> LoadAsync(
        ModelRegistry models, DefinitionStore definitions, PipelineName pipeline, string version, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(definitions);
        var descriptor = await models.RequireAsync(pipeline, version, cancellation);
        var definition = await definitions.LoadAsync(pipeline, descriptor.DefinitionHash, cancellation);
        var model = await ReadAsync(models, pipeline, version, descriptor.ModelFile, descriptor.ModelSha256, cancellation);
        var transform = await ReadAsync(models, pipeline, version, AccumulateStep.TransformOutput, descriptor.TransformSha256, cancellation);
        var schema = await models.ReadAsync(pipeline, version, AccumulateStep.SchemaOutput, cancellation);
        return new ServedModel(
            descriptor, definition, FileSchema.Load(schema.ToStream()), Transform.Load(transform.ToStream()), ModelFile.Load(model.ToStream()));
    }

    /// <summary>Scores rows. Unseen categories, missing values and numbers are taken exactly as in a file that is dropped.</summary>
    /// <param name="body">The rows.</param>
    /// <param name="reasons">Reasons a row, 0 to 20: what moved its score most.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="ScoringRefusedException">The rows do not fit the model; says which column and row, and why.</exception>
    public ScoredRows Score(ScoringBody body, int reasons = 0, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        var request = new RequestShape(_definition, _schema, body);
        var threads = body.Length < ParallelFrom ? 1 : Environment.ProcessorCount;
        var validated = FileValidator.Validate(body.Open(), request.Definition, new KnownHistory(request.Schema, _ranges) { Learns = false }, threads, cancellation);
        if (!validated.Accepted || validated.Table is not { } table)
        {
            throw new ScoringRefusedException(validated.Errors.Count, [.. validated.Errors.Findings.Take(ScoringRefusedException.Shown).Select(body.Locate)]);
        }

        var findings = validated.Warnings.Findings.ToList();
        var features = TransformApply.Apply(_transform, table, StepContext.AllRows(table.RowCount), findings);
        var scores = Predictions.Scores(_model, features, new StepOptions(threads));
        if (reasons > 0 && !_model.ExplainsRows)
        {
            findings.Add(Finding.Of(Sentence.Of("reasons-untold", ("learner", Version.Parameters[ModelFiles.Learner]))));
        }

        var why = reasons == 0 || !_model.ExplainsRows ? null : RowReasons.Find(
            _contributions, _transform, table, features, row => PredictStep.ReasonedOutput(scores, row, _model.Outputs), reasons, threads, cancellation);
        return new ScoredRows(Version, _definition, _evaluation, request.Ids(table), scores, why, [.. UnseenOutcome.Of(findings, Version.Parameters, Version.BestIteration).Select(body.Locate)]);
    }

    /// <summary>The whole scoring as an ONNX model: one input a column, and from them scores and classes as <see cref="Score"/> gives them.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <exception cref="StepRefusedException">Something of it has no form in ONNX; says what and why.</exception>
    public OnnxModel ToOnnx(PipelineName pipeline) => OnnxScoring.Make(pipeline.Value, Version, _definition, _transform, _model);

    /// <summary>What each row of a request is known by: its id or, where rows have none, all its cells in the order of the columns' names.</summary>
    internal IEnumerable<string> StickyKeys(ScoringBody body)
    {
        var format = body.Format(_definition.Csv);
        var options = new CsvReadOptions { Delimiter = format.Delimiter ?? body.Delimiter ?? _schema.Delimiter, Quote = format.Quote, Encoding = format.Encoding };
        int[]? cells = null;
        foreach (var record in body.Records(options))
        {
            if (cells is null)
            {
                var id = _definition.Id is { } name ? Array.IndexOf(record, name) : -1;
                cells = id >= 0 ? [id] : [.. Enumerable.Range(0, record.Length).OrderBy(i => record[i], StringComparer.Ordinal)];
                continue;
            }

            yield return string.Join('\u001f', cells.Select(i => i < record.Length ? record[i] : ""));
        }
    }

    private static async Task<BinaryData> ReadAsync(
        ModelRegistry models, PipelineName pipeline, string version, string file, string sha256, CancellationToken cancellation)
    {
        var content = await models.ReadAsync(pipeline, version, file, cancellation);
        return ContentHash.Of(content.ToMemory().Span) == sha256
            ? content
            : throw new StepRefusedException(Sentence.Of("registry-changed", ("file", $"artifacts/{pipeline}/models/{version}/{file}")));
    }
}
