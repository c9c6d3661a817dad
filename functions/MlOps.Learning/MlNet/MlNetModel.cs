using Microsoft.ML;
using Microsoft.ML.Data;
using MlOps.Learning.Learners;
using MlOps.Learning.Onnx;

namespace MlOps.Learning.MlNet;

/// <summary>A model of ML.NET: scored by ML.NET, in blocks of rows.</summary>
internal sealed class MlNetModel : LearnedModel
{
    private const int BlockRows = 4096;
    // Enough for a stable order of the features.
    private const int ImportanceRows = 10_000;

    private readonly MLContext _context;
    private readonly ITransformer _model;
    private readonly MlNetManifest _manifest;
    private readonly Preparation _preparation;
    private readonly ModelInsight _insight;
    private readonly byte[] _zip;

    private MlNetModel(MLContext context, ITransformer model, MlNetManifest manifest, byte[] zip)
    {
        _context = context;
        _model = model;
        _manifest = manifest;
        _zip = zip;
        _preparation = new Preparation(manifest.Means, manifest.Scales);
        _insight = ModelInsight.Of(model, manifest.Features.Count);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> FeatureNames => _manifest.Features;

    /// <inheritdoc/>
    public override int Outputs => _manifest.Outputs;

    /// <inheritdoc/>
    public override bool ExplainsRows => _insight.Explains;

    /// <summary>A model as it was fitted.</summary>
    public static MlNetModel Create(MLContext context, ITransformer fitted, DataViewSchema schema, MlNetManifest manifest, IReadOnlyList<double[]> columns)
    {
        var insight = ModelInsight.Of(fitted, manifest.Features.Count);
        if (insight.Explains)
        {
            var rows = new Preparation(manifest.Means, manifest.Scales).Rows(columns, 0, Math.Min(ImportanceRows, columns.Count == 0 ? 0 : columns[0].Length));
            manifest = manifest with { Importance = insight.MeanAbsolute(rows) };
        }

        // Read back, so that a model in memory is the same as one from its file.
        return Load(new MemoryStream(MlNetZip.Pack(context, fitted, schema, manifest)));
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is no model of this program, or damaged.</exception>
    public static MlNetModel Load(MemoryStream zip)
    {
        var manifest = MlNetZip.ReadManifest(zip);
        var context = new MLContext(manifest.Seed);
        try
        {
            return new MlNetModel(context, context.Model.Load(zip, out _), manifest, zip.ToArray());
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            throw new InvalidDataException($"ML.NET cannot read the model: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public override double[] Predict(double[][] columns, int threads)
    {
        CheckCount(columns);
        var count = columns.Length == 0 ? 0 : columns[0].Length;
        var scores = new double[count * Outputs];
        Parallel.For(0, (count + BlockRows - 1) / BlockRows, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(1, threads) }, block =>
        {
            var start = block * BlockRows;
            var rows = _preparation.Rows(columns, start, Math.Min(BlockRows, count - start));
            Read(_model.Transform(FeatureRow.View(_context, rows, columns.Length, _manifest.Task, Outputs)), scores.AsSpan(start * Outputs, rows.Length * Outputs));
        });
        return scores;
    }

    /// <inheritdoc/>
    public override double[] Contributions(double[][] columns)
    {
        CheckCount(columns);
        return _insight.Explains
            ? _insight.Contributions(_preparation.Rows(columns, 0, columns.Length == 0 ? 0 : columns[0].Length))
            : throw new NotSupportedException($"A model of '{_manifest.Learner}' does not tell what each feature did to a row's score.");
    }

    /// <inheritdoc/>
    public override double[] Importance() => _manifest.Importance is { } known ? [.. known] : _insight.Gains();

    /// <inheritdoc/>
    public override double[] Splits() => _insight.Splits();

    /// <inheritdoc/>
    internal override string AddTo(OnnxGraph graph, string features) => _insight.Explains
        ? AdditiveNodes.AddTo(graph, features, _preparation, _insight, _manifest.Task)
        : throw new OnnxException($"ML.NET does not publish where the trees of a '{_manifest.Learner}' send missing values");

    /// <inheritdoc/>
    public override void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        stream.Write(_zip);
    }

    private void Read(IDataView scored, Span<double> scores)
    {
        var at = 0;
        if (_manifest.Task == LearningTask.Multiclass)
        {
            foreach (var row in scored.GetColumn<float[]>("Score"))
            {
                if (row.Length != Outputs)
                {
                    throw new InvalidDataException($"The model gives {row.Length} scores a row; its manifest says {Outputs}.");
                }

                foreach (var score in row)
                {
                    scores[at++] = score;
                }
            }

            return;
        }

        foreach (var score in scored.GetColumn<float>(_manifest.Task == LearningTask.Binary ? "Probability" : "Score"))
        {
            scores[at++] = score;
        }
    }
}
