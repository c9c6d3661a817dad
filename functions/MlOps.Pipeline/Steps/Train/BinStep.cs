using MlOps.Boosting.Data;
using MlOps.Boosting.Settings;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Wording;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Train;

/// <summary>Asks for the binned rows of a trial.</summary>
/// <param name="RunId">Run that asks; not part of the step's key.</param>
/// <param name="Pipeline">Pipeline's name.</param>
/// <param name="DefinitionHash">Pinned definition.</param>
/// <param name="FeaturizeKey">Key of featurize(train).</param>
/// <param name="Parameters">Parameters of the trial; <see langword="null"/> for the definition's own.</param>
public sealed record BinInput(string RunId, string Pipeline, string DefinitionHash, string FeaturizeKey, IReadOnlyDictionary<string, string>? Parameters);

/// <summary>Binned rows; the file is the step's output <c>dataset.bin</c>.</summary>
/// <param name="Rows">Number of rows.</param>
/// <param name="Features">Number of features that some split can use.</param>
public sealed record BinResult(int Rows, int Features) : StepResult;

/// <summary>
/// Bins the rows that trials learn from, once for all trials whose parameters bin alike: about a byte a value where the features have eight. Output:
/// <c>dataset.bin</c>, with folds of all rows but the test part, else of the train rows.
/// </summary>
public sealed class BinStep : Step<BinInput, BinResult>
{
    internal const string Name = "bin";
    internal const string DatasetOutput = "dataset.bin";
    private const int Version = 1;

    private readonly StepContext _context;

    internal BinStep(StepContext context) : base(Name) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">Features and parameters.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<BinResult> RunAsync(BinInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var features = await _context.Runner.ReadRecordAsync(pipeline, input.FeaturizeKey, cancellation);
        var shape = features.ResultOf<FeaturizeResult>();
        var parameters = LearnerParameters.Parse(LearnerParameters.Settings(definition, input.Parameters, shape.Classes), _context.Options.EffectiveThreads);
        var inputs = new Dictionary<string, string>
        {
            ["binning"] = StepContext.Part(parameters.OfBinning()),
            ["class weight"] = StepContext.Part(definition.ClassWeight),
            ["features"] = StepContext.Part(shape with { Step = null, Warnings = [] }),
            ["train data"] = features.Output(FeaturizeStep.TrainOutput).Sha256,
            ["valid data"] = features.Output(FeaturizeStep.ValidOutput).Sha256,
        };
        if (WeightsOf(features) is { } ages)
        {
            inputs["row weights"] = ages.Sha256;
        }

        var spec = new StepSpec(pipeline, Name, Version, "trials", inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                using var dataset = await BinAsync(pipeline, input.FeaturizeKey, shape, definition, parameters, stop);
                await work.WriteAsync(DatasetOutput, dataset.Save, stop);
                return new BinResult(dataset.RowCount, dataset.UsedFeatureCount);
            },
            cancellation);
    }

    /// <summary>The features that a definition's own learner learns from, and their folds and weights.</summary>
    internal static async Task<LearningRows> ReadAsync(
        StepContext context, PipelineName pipeline, string key, FeaturizeResult shape, PipelineDefinition definition, CancellationToken cancellation)
    {
        var rows = await ReadPlainAsync(context, pipeline, key, shape, cancellation);
        return rows with
        {
            Ages = await AgesAsync(context, pipeline, key, cancellation),
            Folds = await FoldsAsync(context, pipeline, key, shape, rows.Label.Length, cancellation),
            Weighting = Weights(definition, shape, rows.Label),
        };
    }

    /// <summary>The features alone.</summary>
    internal static async Task<LearningRows> ReadPlainAsync(StepContext context, PipelineName pipeline, string key, FeaturizeResult shape, CancellationToken cancellation)
    {
        var (names, columns, label) = FeatureTable.Read(await context.OpenTableAsync(pipeline, key, FeaturizeStep.TrainOutput, cancellation));
        var (_, validColumns, validLabel) = FeatureTable.Read(await context.OpenTableAsync(pipeline, key, FeaturizeStep.ValidOutput, cancellation));
        for (var i = 0; i < columns.Length && validLabel.Length > 0; i++)
        {
            // Each is let go when it is joined, so that the rows are not held twice.
            columns[i] = [.. columns[i], .. validColumns[i]];
            validColumns[i] = [];
        }

        return new LearningRows(names, columns, [.. label, .. validLabel], label.Length, null, shape, new Weighting(null));
    }

    /// <summary>Bins the rows that are learned from; of the valid rows, which are not among them, only the labels are held.</summary>
    internal async Task<Dataset> BinAsync(
        PipelineName pipeline, string key, FeaturizeResult shape, PipelineDefinition definition, Parameters parameters, CancellationToken cancellation)
    {
        if (shape.Folds > 0)
        {
            return (await ReadAsync(_context, pipeline, key, shape, definition, cancellation)).Learned.Bin(parameters);
        }

        var valid = FeatureTable.Labels(await _context.OpenTableAsync(pipeline, key, FeaturizeStep.ValidOutput, cancellation));
        var ages = await AgesAsync(_context, pipeline, key, cancellation);
        var (names, columns, label) = FeatureTable.Read(await _context.OpenTableAsync(pipeline, key, FeaturizeStep.TrainOutput, cancellation));
        return new LearningRows(names, columns, label, label.Length, null, shape, Weights(definition, shape, [.. label, .. valid]), ages?[..label.Length]).Bin(parameters);
    }

    /// <summary>The binned rows of a trial, and those by which it is judged; without folds the train rows' features are not read.</summary>
    internal async Task<(Dataset Binned, HeldRows Held)> OpenAsync(BinInput input, PipelineName pipeline, FeaturizeResult shape, PipelineDefinition definition, CancellationToken cancellation)
    {
        var binned = await RunAsync(input, cancellation);
        Dataset dataset;
        await using (var stream = await _context.Runner.OpenAsync(pipeline, binned.RequireKey(), DatasetOutput, cancellation))
        {
            dataset = Dataset.Load(stream);
        }

        try
        {
            return (dataset, shape.Folds > 0
                ? (await ReadAsync(_context, pipeline, input.FeaturizeKey, shape, definition, cancellation)).Held
                : await HeldAsync(dataset, pipeline, input.FeaturizeKey, shape, definition, cancellation));
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    /// <summary>Bins the rows that are learned from, and reads those that are held.</summary>
    internal async Task<(Dataset Binned, HeldRows Held)> MakeAsync(
        PipelineName pipeline, string key, FeaturizeResult shape, PipelineDefinition definition, Parameters parameters, CancellationToken cancellation)
    {
        if (shape.Folds > 0)
        {
            var rows = await ReadAsync(_context, pipeline, key, shape, definition, cancellation);
            return (rows.Learned.Bin(parameters), rows.Held);
        }

        var dataset = await BinAsync(pipeline, key, shape, definition, parameters, cancellation);
        try
        {
            return (dataset, await HeldAsync(dataset, pipeline, key, shape, definition, cancellation));
        }
        catch
        {
            dataset.Dispose();
            throw;
        }
    }

    private async Task<HeldRows> HeldAsync(Dataset learned, PipelineName pipeline, string key, FeaturizeResult shape, PipelineDefinition definition, CancellationToken cancellation)
    {
        var (_, columns, label) = FeatureTable.Read(await _context.OpenTableAsync(pipeline, key, FeaturizeStep.ValidOutput, cancellation));
        var ages = (await AgesAsync(_context, pipeline, key, cancellation))?[learned.RowCount..];
        return new HeldRows(columns, label, null, 0, Weights(definition, shape, [.. learned.Label.Span, .. label]), ages);
    }

    /// <summary>The weights of the rows by their age, where they differ.</summary>
    /// <param name="features">Record of featurize(train).</param>
    internal static StepOutput? WeightsOf(StepRecord features) => features.Outputs.FirstOrDefault(o => o.Name == FeaturizeStep.WeightsOutput);

    private static async Task<float[]?> AgesAsync(StepContext context, PipelineName pipeline, string key, CancellationToken cancellation) =>
        WeightsOf(await context.Runner.ReadRecordAsync(pipeline, key, cancellation)) is null
            ? null
            : Array.ConvertAll(((NumberColumn)(await context.OpenTableAsync(pipeline, key, FeaturizeStep.WeightsOutput, cancellation)).Columns[0]).Values, w => (float)w);

    private static async Task<byte[]?> FoldsAsync(StepContext context, PipelineName pipeline, string key, FeaturizeResult shape, int rows, CancellationToken cancellation)
    {
        if (shape.Folds == 0)
        {
            return null;
        }

        var folds = new byte[rows];
        await using var stream = await context.Runner.OpenAsync(pipeline, key, FeaturizeStep.FoldsOutput, cancellation);
        await stream.ReadExactlyAsync(folds, cancellation);
        return folds;
    }

    internal static Weighting Weights(PipelineDefinition definition, FeaturizeResult shape, float[] labels)
    {
        var classes = shape.ClassNames ?? [];
        return definition.ClassWeight.Weights.Keys.FirstOrDefault(name => !classes.Contains(name, StringComparer.Ordinal)) is { } unknown
            ? throw new StepRefusedException(Sentence.Of("class-weight-unknown", ("class", unknown), ("label", definition.Label), ("classes", string.Join(", ", classes))))
            : new Weighting(definition.ClassWeight.Of(classes, labels));
    }
}
