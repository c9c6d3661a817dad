using System.Text.Json;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Storage;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Leaderboard;

/// <summary>
/// Orders the run's models, and the trivial one, by the metric of the promotion rule on the same test rows; the challenger is chosen on
/// the valid rows, scored by models that did not learn from them, so that the test rows stay a fair judge of it. Output: <c>leaderboard.json</c> (<see cref="LeaderboardDocument"/>).
/// </summary>
public sealed class LeaderboardStep : Step<LeaderboardInput, LeaderboardResult>
{
    internal const string Name = "leaderboard";
    internal const string DocumentOutput = "leaderboard.json";
    private const string Trivial = "trivial";
    private const int Version = 3;

    private readonly StepContext _context;

    internal LeaderboardStep(StepContext context) : base(Name) => _context = context;

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The models.</param>
    /// <param name="cancellation">Stops the step.</param>
    public override async Task<LeaderboardResult> RunAsync(LeaderboardInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, input.AccumulateKey, cancellation);
        var evaluation = (await _context.Runner.ReadRecordAsync(pipeline, input.EvaluateKey, cancellation)).ResultOf<EvaluateResult>();
        var inputs = new Dictionary<string, string>
        {
            ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
            ["settings"] = StepContext.Part(new { definition.Task, Metric = definition.Promote.MetricOf(definition.Task), definition.Models.Promote, evaluation.Classes, evaluation.Threshold }),
            ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
            ["transform"] = history.Output(AccumulateStep.TransformOutput).Sha256,
        };
        foreach (var contender in input.Contenders)
        {
            inputs["model " + contender.Learner] = contender.TrainKey is { } key
                ? $"{await TrainedModel.HashAsync(_context, pipeline, key, cancellation)} {await HeldScores.HashAsync(_context, pipeline, key, cancellation)}"
                : await _context.HashAsync(pipeline, contender.BaselineKey!, BaselineStep.TestOutput, cancellation);
        }

        return await _context.Runner.RunAsync(
            new StepSpec(pipeline, Name, Version, "final", inputs, StepContext.Request(input)),
            async (work, stop) =>
            {
                var document = await OrderAsync(input, pipeline, definition, evaluation, stop);
                await work.WriteAsync(DocumentOutput, s => JsonSerializer.Serialize(s, document, ArtifactJson.Indented), stop);
                return new LeaderboardResult(
                    document.Entries.First(e => e.Chosen).Learner, document.Metric, document.HigherIsBetter,
                    [.. document.Entries.Select(e => e with { Metrics = new Dictionary<string, double>() })], document.Rows);
            },
            cancellation);
    }

    private async Task<LeaderboardDocument> OrderAsync(
        LeaderboardInput input, PipelineName pipeline, PipelineDefinition definition, EvaluateResult evaluation, CancellationToken cancellation)
    {
        var history = await HistoryRows.OpenAsync(_context, pipeline, input.AccumulateKey, cancellation);
        var (validRows, testRows) = (history.Rows(Part.Valid), history.Rows(Part.Test));
        var metric = definition.Promote.MetricOf(definition.Task);
        var classes = evaluation.Classes.Count;
        var valid = new Comparison(metric, classes, history.Labels(validRows));
        var test = new Comparison(metric, classes, history.Labels(testRows));
        var entries = new List<LeaderboardEntry>();
        foreach (var contender in input.Contenders)
        {
            var (validScores, testScores) = await ScoresAsync(contender, pipeline, history, testRows, definition.Task == TaskKind.Multiclass ? classes : 1, cancellation);
            entries.Add(Entry(contender.Learner, validScores, testScores));
        }

        var trainLabels = history.Labels(history.Rows(Part.Train));
        entries.Add(Entry(Trivial, valid.BaselineScores(trainLabels), test.BaselineScores(trainLabels)));
        var baseline = entries[^1].Value;
        var chosen = Best(entries.Where(e => e.MayBePromoted && e.ValidValue is not null), e => e.ValidValue!.Value)?.Learner ?? definition.Models.Promote[0];
        // A stable sort: of equal models the one named first stands first.
        var ordered = entries.OrderBy(e => e.Value is { } value ? (test.HigherIsBetter ? -value : value) : double.PositiveInfinity)
            .Select((e, i) => e with
            {
                Rank = i + 1,
                Chosen = e.Learner == chosen,
                BeatsBaseline = e.Value is { } value && baseline is { } trivial && (test.HigherIsBetter ? value > trivial : value < trivial),
            });
        return new LeaderboardDocument(metric, test.HigherIsBetter, testRows.Length, [.. ordered]);

        LeaderboardEntry Entry(string learner, double[] validScores, double[] testScores)
        {
            var interval = test.Interval(testScores);
            return new LeaderboardEntry(
                0, learner, Finite(test.Measure(testScores)), interval?.Low, interval?.High, Finite(valid.Measure(validScores)),
                TaskMetrics.Of(definition.Task, classes, history.Labels(testRows), testScores, evaluation.Threshold),
                definition.Models.Promote.Contains(learner, StringComparer.Ordinal), false, false);
        }

        LeaderboardEntry? Best(IEnumerable<LeaderboardEntry> of, Func<LeaderboardEntry, double> value) =>
            valid.HigherIsBetter ? of.MaxBy(value) : of.MinBy(value);
    }

    private async Task<(double[] Valid, double[] Test)> ScoresAsync(
        Contender contender, PipelineName pipeline, HistoryRows history, int[] testRows, int scoresOfRow, CancellationToken cancellation)
    {
        if (contender.BaselineKey is { } key)
        {
            return (await Stored(BaselineStep.ValidOutput), await Stored(BaselineStep.TestOutput));
        }

        var model = await TrainedModel.OpenAsync(_context, pipeline, contender.TrainKey!, cancellation);
        var held = await HeldScores.OpenAsync(_context, pipeline, contender.TrainKey!, history, model, scoresOfRow, cancellation);
        return (held.Valid.Scores, Predictions.Scores(model, TransformApply.Apply(history.Transform, history.Table, testRows), _context.Options));

        async Task<double[]> Stored(string output) =>
            ((NumberColumn)(await _context.OpenTableAsync(pipeline, key, output, cancellation)).Columns[0]).Values;
    }

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
