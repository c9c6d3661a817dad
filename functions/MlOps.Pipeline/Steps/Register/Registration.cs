using System.Text.Json;
using MlOps.Evaluation.Intervals;
using MlOps.Learning.Boosted;
using MlOps.Learning.Catalog;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;

namespace MlOps.Pipeline.Steps.Register;

/// <summary>Makes a version of the registry from the steps that trained and measured a model.</summary>
public sealed class Registration
{
    private readonly StepContext _context;
    private readonly ModelRegistry _models;
    private readonly TimeProvider _time;

    internal Registration(StepContext context, ModelRegistry models, TimeProvider time)
    {
        _context = context;
        _models = models;
        _time = time;
    }

    /// <summary>Registers a trained model; the same model again gives the same version.</summary>
    /// <param name="input">The model's steps.</param>
    /// <param name="cancellation">Stops the work.</param>
    public async Task<RegisterResult> RegisterAsync(RegisterInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var train = (await _context.Runner.ReadRecordAsync(pipeline, input.TrainKey, cancellation)).ResultOf<TrainResult>();
        var evaluation = (await _context.Runner.ReadRecordAsync(pipeline, input.EvaluateKey, cancellation)).ResultOf<EvaluateResult>();
        var accumulate = await _context.Runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var transform = accumulate.Output(AccumulateStep.TransformOutput).Sha256;
        // One model file can serve two transforms (a renamed category): both name the version.
        var hash = ContentHash.OfJson(new[] { train.ModelSha256, transform });
        var version = $"{Period.Parse(input.Period)}-{hash[..8]}";
        var file = ModelFiles.Of(train.Parameters);
        var model = await ReadAsync(pipeline, input.TrainKey, file, cancellation);
        var transformFile = await ReadAsync(pipeline, input.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var described = new ModelVersion(
            version, input.Period, input.RunId, train.ModelSha256, transform, input.DefinitionHash, CodeVersion.Current,
            train.Parameters, input.History, evaluation.Metrics, evaluation.Classes, evaluation.Threshold, train.BestIteration,
            input.AccumulateKey, input.TrainKey, input.EvaluateKey);
        var files = new Dictionary<string, BinaryData>
        {
            [file] = model,
            [AccumulateStep.TransformOutput] = transformFile,
            [AccumulateStep.SchemaOutput] = await ReadAsync(pipeline, input.AccumulateKey, AccumulateStep.SchemaOutput, cancellation),
            [EvaluateStep.MetricsOutput] = await ReadAsync(pipeline, input.EvaluateKey, EvaluateStep.MetricsOutput, cancellation),
        };
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        if (definition.Output.Onnx)
        {
            files[OnnxScoring.FileName] = new BinaryData(OnnxScoring.Make(input.Pipeline, described, definition, Transform.Load(transformFile.ToStream()), ModelFile.Load(model.ToStream())).Bytes);
        }

        // The folder of a version is an MLflow model too, where MLflow has a flavour for it.
        if (file == ModelFiles.Text && ModelFile.Load(model.ToStream()) is BoostedModel { Booster: var booster })
        {
            files[MlflowLayout.Model] = model;
            foreach (var (name, text) in MlflowLayout.Files(booster, version, input.RunId, hash, _time.GetUtcNow(), Backtests(accumulate.ResultOf<AccumulateResult>().RollingBacktest), definition.Output.Onnx ? OnnxScoring.FileName : null))
            {
                files[name] = BinaryData.FromString(text);
            }
        }

        await _models.AddAsync(pipeline, described, files, cancellation);
        return new RegisterResult(version, train.ModelSha256);
    }

    // What the model's way of learning came to on the periods before, each predicted from what came before it, and what that lets expect of the next one.
    private static string? Backtests(RollingBacktest? rolling)
    {
        if (rolling is not { Periods.Count: > 0 })
        {
            return null;
        }

        var expected = new SortedDictionary<string, object>(StringComparer.Ordinal);
        foreach (var name in rolling.MetricsOf(rolling.Periods[0]).Keys.Where(LeadingMetrics.IsLeading))
        {
            double[] values = [.. rolling.Periods.Select(rolling.MetricsOf).Where(m => m.ContainsKey(name)).Select(m => m[name])];
            if (values.Length >= 2)
            {
                var (point, low, high) = NextPeriod.Expect(values, LeadingMetrics.ScaleOf(name));
                expected[name] = new { point, low, high };
            }
        }

        return JsonSerializer.Serialize(
            new { expected_next_period = expected, backtests = rolling.Periods.Select(p => new { period = p.Period, metrics = rolling.MetricsOf(p) }) }, ArtifactJson.Compact);
    }

    private async Task<BinaryData> ReadAsync(PipelineName pipeline, string key, string output, CancellationToken cancellation)
    {
        await using var stream = await _context.Runner.OpenAsync(pipeline, key, output, cancellation);
        return await BinaryData.FromStreamAsync(stream, cancellation);
    }
}
