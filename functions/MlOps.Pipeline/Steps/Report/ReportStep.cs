using System.Text;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Explain;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Pipeline.Steps.Leaderboard;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Steps.Pictures;
using MlOps.Pipeline.Steps.Predict;
using MlOps.Pipeline.Steps.Report.Data;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Pipeline.Steps.Validate;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Report;

/// <summary>
/// Draws a period's report: one HTML file that needs no network and no script. Output: <c>report.html</c>. It holds no clock and no
/// run, so that the same data give the same bytes; what belongs to a run is put in when it is published.
/// </summary>
public sealed class ReportStep : Step<ReportInput, ReportResult>
{
    internal const string Name = "report";
    internal const string ReportOutput = "report.html";
    private const int Version = 16;
    private const string MonitorOutput = "monitor.json";
    private const string LeaderboardOutput = "leaderboard.json";

    private readonly StepContext _context;
    private readonly ModelRegistry _models;
    private readonly PicturesStep _pictures;

    internal ReportStep(StepContext context, ModelRegistry models, PicturesStep pictures) : base(Name)
    {
        _context = context;
        _models = models;
        _pictures = pictures;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">What was done for the period.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<ReportResult> RunAsync(ReportInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var model = await _models.RequireAsync(pipeline, input.Promotion.Version, cancellation);
        var challenger = await _models.RequireAsync(pipeline, input.Challenger, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, challenger.AccumulateKey, cancellation);
        var features = await _context.Runner.ReadRecordAsync(pipeline, input.FeaturizeKey, cancellation);
        var inputs = new Dictionary<string, string>
        {
            ["challenger"] = Identity(challenger),
            ["decision"] = StepContext.Part(new { input.Promotion.Promoted, input.Promotion.Champion, Verdict = input.Promotion.Verdict with { Step = null } }),
            ["definition"] = input.DefinitionHash,
            ["explanation"] = await _context.HashAsync(pipeline, input.ExplainKey, ExplainStep.ExplanationOutput, cancellation),
            ["expected"] = StepContext.Part(input.Expected),
            ["files"] = StepContext.Part(input.History.Append(input.Drop).Select(d => new { d.Period, d.BlobName, d.Revision, d.Sha256 })),
            ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
            ["language"] = (await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation)).Language ?? _context.Options.Language,
            ["labels"] = features.Outputs.FirstOrDefault(o => o.Name == FeaturizeStep.LabelsOutput)?.Sha256 ?? "none",
            ["leaderboard"] = await OptionalAsync(pipeline, input.LeaderboardKey, LeaderboardOutput, cancellation),
            ["metrics"] = StepContext.Part(input.Metrics),
            ["model"] = Identity(model),
            ["monitor"] = await OptionalAsync(pipeline, input.MonitorKey, MonitorOutput, cancellation),
            // The revision of predictions that are about to be published is not known yet, and is not drawn.
            ["performance"] = StepContext.Part((input.Performance ?? []).Select(m => m with { Revision = 0 })),
            ["scores"] = await _context.HashAsync(pipeline, input.PredictKey, PredictStep.ScoresOutput, cancellation),
            ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
            ["trials"] = StepContext.Part(input.Trials),
            ["warnings"] = StepContext.Part(input.Warnings),
        };
        if (await RollingBacktestAsync(pipeline, model, cancellation) is { } rolling)
        {
            inputs["backtests"] = ContentHash.OfJson(rolling);
        }

        var pictures = await PicturesAsync(input, pipeline, cancellation);
        if (pictures is not null)
        {
            inputs["pictures"] = pictures;
        }

        var spec = new StepSpec(pipeline, Name, Version, Period.Parse(input.Drop.Period).Value, inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var page = Encoding.UTF8.GetBytes(ReportPage.Html(await WithPicturesAsync(await CollectAsync(input, pipeline, model, challenger, stop), input, pipeline, pictures, stop)));
                var output = await work.WriteAsync(ReportOutput, s => s.Write(page), stop);
                return new ReportResult(output.Sha256, output.Length);
            },
            cancellation);
    }

    // A version's run and time are not part of what it is.
    private static string Identity(ModelVersion model) => StepContext.Part(new
    {
        model.Version, model.ModelSha256, model.TransformSha256, model.DefinitionHash, model.Parameters, model.Metrics, model.Classes, model.Threshold, model.BestIteration,
        Files = model.History.Select(h => new { h.Period, h.Revision, h.Sha256 }),
    });

    private async Task<RollingBacktest?> RollingBacktestAsync(PipelineName pipeline, ModelVersion model, CancellationToken cancellation) =>
        (await _context.Runner.ReadRecordAsync(pipeline, model.AccumulateKey, cancellation)).ResultOf<AccumulateResult>().RollingBacktest;

    private async Task<string> OptionalAsync(PipelineName pipeline, string? key, string output, CancellationToken cancellation) =>
        key is null ? "none" : await _context.HashAsync(pipeline, key, output, cancellation);

    private async Task<ReportData> CollectAsync(
        ReportInput input, PipelineName pipeline, ModelVersion model, ModelVersion challenger, CancellationToken cancellation)
    {
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var history = await HistoryRows.OpenAsync(_context, pipeline, challenger.AccumulateKey, cancellation);
        var test = history.Rows(Part.Test);
        var scores = await _context.OpenTableAsync(pipeline, input.PredictKey, PredictStep.ScoresOutput, cancellation);
        var promotion = input.Promotion;
        var other = promotion.Version != input.Challenger
            ? challenger
            : promotion.Champion is { } before && before != promotion.Version ? await _models.FindAsync(pipeline, before, cancellation) : null;
        var testLabels = history.Labels(test);
        var testScores = await ScoresAsync(pipeline, model, history, test, cancellation);
        var comparable = other is not null && other.Classes.SequenceEqual(model.Classes, StringComparer.Ordinal);
        var testMetrics = TaskMetrics.Of(definition.Task, model.Classes.Count, testLabels, testScores, model.Threshold);
        return new ReportData
        {
            Pipeline = input.Pipeline,
            Period = input.Drop.Period,
            Language = definition.Language ?? _context.Options.Language,
            Definition = definition,
            Drop = input.Drop,
            History = input.History,
            Model = model,
            Challenger = challenger,
            Champion = promotion.Champion,
            Promoted = promotion.Promoted,
            Verdict = promotion.Verdict,
            Scores = ((NumberColumn)scores.Columns[0]).Values,
            DropLabels = await LabelsAsync(input, pipeline, definition, model, cancellation),
            DropMetrics = input.Metrics,
            TestLabels = testLabels,
            TestScores = testScores,
            TestMetrics = testMetrics,
            Expected = input.Expected?.Beside(testMetrics),
            RollingBacktest = await RollingBacktestAsync(pipeline, model, cancellation),
            OtherScores = comparable ? await ScoresAsync(pipeline, other!, history, test, cancellation) : [],
            OtherIsFormer = promotion.Version == input.Challenger,
            Explanation = await _context.OpenJsonAsync<Explanation>(pipeline, input.ExplainKey, ExplainStep.ExplanationOutput, cancellation),
            Performance = input.Performance ?? [],
            Trials = input.Trials,
            Warnings = input.Warnings,
            Monitor = input.MonitorKey is { } monitor
                ? await _context.OpenJsonAsync<MonitorDocument>(pipeline, monitor, MonitorOutput, cancellation) : null,
            Leaderboard = input.LeaderboardKey is { } board
                ? await _context.OpenJsonAsync<LeaderboardDocument>(pipeline, board, LeaderboardOutput, cancellation) : null,
            HistoryRows = history.Table.RowCount,
        };
    }

    private async Task<string?> PicturesAsync(ReportInput input, PipelineName pipeline, CancellationToken cancellation)
    {
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        return definition.Kind != PipelineKind.Image ? null
            : (await _pictures.RunAsync(
                new PicturesInput(input.RunId, input.DefinitionHash, new DropReference(input.Pipeline, input.Drop.Period, input.Drop.BlobName, input.Drop.ETag), input.Drop.Sha256), cancellation)).RequireKey();
    }

    private async Task<ReportData> WithPicturesAsync(ReportData data, ReportInput input, PipelineName pipeline, string? pictures, CancellationToken cancellation)
    {
        if (pictures is null)
        {
            return data;
        }

        var ids = (await _context.OpenTableAsync(pipeline, input.FeaturizeKey, ValidateStep.IdsOutput, cancellation)).Columns[0];
        string[] files = [.. Enumerable.Range(0, ids.RowCount).Select(row => ids.Text(row) ?? "")];
        return data with
        {
            Pictures = await PictureChoice.OfAsync(data, files, async wanted =>
            {
                await using var thumbnails = await _context.Runner.OpenAsync(pipeline, pictures, PicturesStep.ThumbnailsOutput, cancellation);
                return Thumbnails.Read(thumbnails, wanted);
            }),
        };
    }

    private async Task<double[]> LabelsAsync(
        ReportInput input, PipelineName pipeline, PipelineDefinition definition, ModelVersion model, CancellationToken cancellation)
    {
        var features = await _context.Runner.ReadRecordAsync(pipeline, input.FeaturizeKey, cancellation);
        if (features.Outputs.All(o => o.Name != FeaturizeStep.LabelsOutput))
        {
            return [];
        }

        var column = (await _context.OpenTableAsync(pipeline, input.FeaturizeKey, FeaturizeStep.LabelsOutput, cancellation)).Columns[0];
        return definition.Task == TaskKind.Regression ? ((NumberColumn)column).Values : new LabelValues(model.Classes).Read(column);
    }

    private async Task<double[]> ScoresAsync(
        PipelineName pipeline, ModelVersion version, HistoryRows history, int[] rows, CancellationToken cancellation)
    {
        await using var json = await _context.Runner.OpenAsync(pipeline, version.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var transform = Transform.Load(json);
        var model = await TrainedModel.OpenAsync(_context, pipeline, version.TrainKey, cancellation);
        return Predictions.Scores(model, TransformApply.Apply(transform, history.Table, rows), _context.Options);
    }
}
