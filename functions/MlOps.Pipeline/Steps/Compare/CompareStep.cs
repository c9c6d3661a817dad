using System.Globalization;
using System.Text.Json;
using MlOps.Boosting;
using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Monitoring;
using MlOps.Pipeline.Registry;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Evaluate;
using MlOps.Pipeline.Steps.Featurize;
using MlOps.Pipeline.Steps.Split;
using MlOps.Pipeline.Steps.Train;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>
/// Holds a new model against the champion by a paired bootstrap on the test rows of the new model's history. The champion has
/// not learned from them either, because a row's part never changes. Output: <c>verdict.json</c>.
/// </summary>
public sealed class CompareStep
{
    internal const string Name = "compare";
    private const int Version = 2;

    private readonly StepContext _context;
    private readonly ModelRegistry _models;

    internal CompareStep(StepContext context, ModelRegistry models)
    {
        _context = context;
        _models = models;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The two models.</param>
    /// <param name="cancellation">Stops the step.</param>
    /// <exception cref="StepRefusedException">A version does not exist.</exception>
    public async Task<CompareResult> RunAsync(CompareInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var challenger = await _models.RequireAsync(pipeline, input.Challenger, cancellation);
        var champion = input.Champion is null ? null : await _models.RequireAsync(pipeline, input.Champion, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, challenger.AccumulateKey, cancellation);
        var spec = new StepSpec(
            pipeline, Name, Version, "final",
            new Dictionary<string, string>
            {
                ["challenger"] = challenger.ModelSha256 + challenger.TransformSha256,
                ["champion"] = champion is null ? "none" : champion.ModelSha256 + champion.TransformSha256,
                ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
                ["rule"] = StepContext.Part(new { definition.Task, Promote = definition.Promote with { ManualApproval = false, ApprovalTimeout = null }, Groups = definition.Promote.Guards is null ? null : definition.Monitor.Groups }),
                ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
            },
            StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var result = await CompareAsync(pipeline, definition, challenger, champion, stop);
                await work.WriteAsync("verdict.json", s => JsonSerializer.Serialize(s, result, ArtifactJson.Indented), stop);
                return result;
            },
            cancellation);
    }

    private async Task<CompareResult> CompareAsync(
        PipelineName pipeline, PipelineDefinition definition, ModelVersion challenger, ModelVersion? champion, CancellationToken cancellation)
    {
        var rule = definition.Promote;
        var history = await HistoryRows.OpenAsync(_context, pipeline, challenger.AccumulateKey, cancellation);
        var rows = history.Rows(Part.Test);
        var comparison = new Comparison(rule.MetricOf(definition.Task), challenger.Classes.Count, history.Labels(rows));
        var result = new CompareResult(
            true, "", rule.Rule, rule.MetricOf(definition.Task), rows.Length, null, null, null, null, null, null, null);
        var scores = await ScoresAsync(pipeline, challenger, history, rows, cancellation);
        var measured = rows.Length == 0 ? double.NaN : comparison.Measure(scores);
        if (!double.IsFinite(measured))
        {
            return result with
            {
                Promote = champion is null || rule.Rule == PromoteRule.Always,
                Reason = "the history is too small to judge it: its test rows give no value of the metric",
            };
        }

        var baseline = comparison.Baseline(history.Labels(history.Rows(Part.Train)));
        result = result with { Challenger = measured, Baseline = double.IsFinite(baseline) ? baseline : null };
        if (!(comparison.HigherIsBetter ? measured > baseline : measured < baseline))
        {
            return result with { Promote = false, Reason = "it does not beat the trivial baseline, which predicts every row alike" };
        }

        if (champion is null || !champion.Classes.SequenceEqual(challenger.Classes, StringComparer.Ordinal))
        {
            return Guards.Apply(
                result with { Reason = champion is null ? "it is the first model" : "the champion predicts other classes" },
                Guards.Judge(definition, history, rows, new GuardedModel(scores, challenger.Threshold), null));
        }

        var other = await ScoresAsync(pipeline, champion, history, rows, cancellation);
        var guarded = Guards.Judge(
            definition, history, rows, new GuardedModel(scores, challenger.Threshold), new GuardedModel(other, champion.Threshold));
        var improvements = comparison.Improvements(scores, other, rule);
        var improvement = comparison.HigherIsBetter ? measured - comparison.Measure(other) : comparison.Measure(other) - measured;
        var confidence = improvements.Length == 0 ? 0 : improvements.Count(i => i > rule.Margin) / (double)improvements.Length;
        var better = confidence >= rule.Confidence;
        return Guards.Apply(result with
        {
            Promote = rule.Rule switch { PromoteRule.Always => true, PromoteRule.Better => better, _ => false },
            Champion = comparison.Measure(other),
            Improvement = improvement,
            Lower = improvements.Length == 0 ? null : NumericBins.Quantile(improvements, 0.025),
            Upper = improvements.Length == 0 ? null : NumericBins.Quantile(improvements, 0.975),
            Confidence = confidence,
            Reason = Reason(rule, better, confidence),
        }, guarded);
    }

    private static string Reason(PromoteSettings rule, bool better, double confidence) => rule.Rule switch
    {
        PromoteRule.Always => "the definition promotes every model that beats the baseline",
        PromoteRule.Manual => "the definition promotes by hand only",
        _ => string.Create(
            CultureInfo.InvariantCulture,
            $"it is better than the champion by more than {rule.Margin} in {confidence:P1} of the resamples, {(better ? "at least" : "less than")} the {rule.Confidence:P0} asked for"),
    };

    // Each model is fed by its own transform, as it would be in production.
    private async Task<double[]> ScoresAsync(
        PipelineName pipeline, ModelVersion version, HistoryRows history, int[] rows, CancellationToken cancellation)
    {
        await using var json = await _context.Runner.OpenAsync(pipeline, version.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var transform = Transform.Load(json);
        await using var model = await _context.Runner.OpenAsync(pipeline, version.TrainKey, TrainStep.ModelOutput, cancellation);
        return Predictions.Scores(Booster.Load(model), TransformApply.Apply(transform, history.Table, rows), _context.Options);
    }
}
