using System.Text.Json;
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

/// <summary>
/// Holds a new model against the champion by a paired bootstrap on test rows of the new model's history. The champion has
/// not learned from them either, because a row's part never changes. The rows are those of the periods that are new to the champion
/// (<see cref="Evidence"/>); how earlier challengers turned out (<see cref="TrackRecord"/>) can speak against it. Output: <c>verdict.json</c>.
/// </summary>
public sealed class CompareStep : Step<CompareInput, CompareResult>
{
    internal const string Name = "compare";
    private const int Version = 6;

    private readonly StepContext _context;
    private readonly ModelRegistry _models;

    internal CompareStep(StepContext context, ModelRegistry models) : base(Name)
    {
        _context = context;
        _models = models;
    }

    /// <summary>Runs the step, or finds it done.</summary>
    /// <param name="input">The two models.</param>
    /// <param name="cancellation">Stops the step.</param>
    /// <exception cref="StepRefusedException">A version does not exist.</exception>
    public override async Task<CompareResult> RunAsync(CompareInput input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var pipeline = PipelineName.Parse(input.Pipeline);
        var definition = await _context.Definitions.LoadAsync(pipeline, input.DefinitionHash, cancellation);
        var challenger = await _models.RequireAsync(pipeline, input.Challenger, cancellation);
        var champion = input.Champion is null ? null : await _models.RequireAsync(pipeline, input.Champion, cancellation);
        var history = await _context.Runner.ReadRecordAsync(pipeline, challenger.AccumulateKey, cancellation);
        var inputs = new Dictionary<string, string>
        {
            ["challenger"] = challenger.ModelSha256 + challenger.TransformSha256,
            ["champion"] = champion is null ? "none" : champion.ModelSha256 + champion.TransformSha256,
            ["history"] = history.Output(AccumulateStep.HistoryOutput).Sha256,
            ["periods"] = StepContext.Part(await PeriodsAsync(pipeline, history, challenger, champion, cancellation)),
            ["record"] = StepContext.Part(input.Record ?? []),
            ["rule"] = StepContext.Part(new { definition.Task, Promote = definition.Promote with { ManualApproval = false, ApprovalTimeout = null }, Groups = definition.Promote.Guards is null ? null : definition.Monitor.Groups }),
            ["split"] = history.Output(AccumulateStep.SplitOutput).Sha256,
        };
        if (definition.Promote.Rule == PromoteRule.Measured)
        {
            inputs["measured"] = StepContext.Part(new { Records = (input.Measured ?? []).Select(r => new { r.Period, r.ModelVersion, r.Way, r.Metric, r.Value }), input.Champions });
        }

        var spec = new StepSpec(pipeline, Name, Version, "final", inputs, StepContext.Request(input));
        return await _context.Runner.RunAsync(
            spec,
            async (work, stop) =>
            {
                var result = await CompareAsync(pipeline, definition, challenger, champion, input, stop);
                await work.WriteAsync("verdict.json", s => JsonSerializer.Serialize(s, result, ArtifactJson.Indented), stop);
                return result;
            },
            cancellation);
    }

    private async Task<CompareResult> CompareAsync(
        PipelineName pipeline, PipelineDefinition definition, ModelVersion challenger, ModelVersion? champion, CompareInput asked, CancellationToken cancellation)
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
            return result.Because(champion is null || rule.Rule == PromoteRule.Always, Sentence.Of("verdict-too-small"));
        }

        var baseline = comparison.Baseline(history.Labels(history.Rows(Part.Train)));
        result = result with { Challenger = measured, Baseline = double.IsFinite(baseline) ? baseline : null };
        if (IsAlike(scores, rows.Length))
        {
            // Its loss may differ from the baseline's by the rows that the mean was taken of; it is the baseline all the same.
            return result.Because(false, Sentence.Of("verdict-alike"));
        }

        if (!(comparison.HigherIsBetter ? measured > baseline : measured < baseline))
        {
            return result.Because(false, Sentence.Of("verdict-baseline"));
        }

        if (champion is null || !champion.Classes.SequenceEqual(challenger.Classes, StringComparer.Ordinal))
        {
            return Guards.Apply(
                result.Because(result.Promote, champion is null ? Sentence.Of("verdict-first") : Sentence.Of("verdict-other-classes")),
                Guards.Judge(definition, history, rows, new GuardedModel(scores, challenger.Threshold), null));
        }

        var other = await ScoresAsync(pipeline, champion, history, rows, cancellation);
        var guarded = Guards.Judge(
            definition, history, rows, new GuardedModel(scores, challenger.Threshold), new GuardedModel(other, champion.Threshold));
        var accumulated = await AccumulatedAsync(pipeline, challenger, cancellation);
        // Models of one recipe differ by what the new periods have taught; those of two recipes differ on every row.
        var evidence = rule.WholeHistory || champion.DefinitionHash != challenger.DefinitionHash
            ? Evidence.All(rows.Length)
            : Evidence.Unlearned(rows, accumulated, (await AccumulatedAsync(pipeline, champion, cancellation)).Periods);
        var improvements = comparison.At(evidence.Places).Improvements(comparison.Pick(scores, evidence.Places), comparison.Pick(other, evidence.Places), rule);
        if (improvements.Length == 0)
        {
            // Such as an AUC of rows of one class.
            evidence = Evidence.All(rows.Length);
            improvements = comparison.Improvements(scores, other, rule);
        }

        var confidence = improvements.Length == 0 ? 0 : improvements.Count(i => i > rule.Margin) / (double)improvements.Length;
        var proceeding = rule.Rule == PromoteRule.Measured
            ? Proceeding.Judge(asked.Measured ?? [], await AlikeAsync(pipeline, challenger, asked.Champions ?? [], cancellation), comparison.HigherIsBetter, rule.Margin)
            : null;
        // Where periods speak they do so with all their rows; the record of decisions is drawn from the same periods.
        var record = rule.Rule == PromoteRule.Always || rule.RecordHalfLife == 0 || proceeding is not null
            ? null
            : TrackRecord.Judge(await GainsAsync(pipeline, rule.MetricOf(definition.Task), challenger, history, accumulated, asked.Record ?? [], cancellation), rule.RecordHalfLife, rule.RecordConfidence);
        result = result with
        {
            Champion = comparison.Measure(other),
            Improvement = comparison.At(evidence.Places).Improvement(comparison.Pick(scores, evidence.Places), comparison.Pick(other, evidence.Places)),
            Lower = improvements.Length == 0 ? null : NumericBins.Quantile(improvements, 0.025),
            Upper = improvements.Length == 0 ? null : NumericBins.Quantile(improvements, 0.975),
            Confidence = confidence,
            EvidenceRows = evidence.Places.Length,
            EvidencePeriods = evidence.Periods,
            Record = record,
            Proceeding = proceeding,
        };
        var better = confidence >= rule.Confidence && record?.Passed != false;
        var promote = rule.Rule switch
        {
            PromoteRule.Always => true,
            PromoteRule.Better => better,
            PromoteRule.Measured => proceeding is null ? better : proceeding.Keep is null,
            _ => false,
        };
        return Guards.Apply((result with { Method = Verdict.Method(rule, result).ToString(), MethodSaid = Verdict.Method(rule, result) }).Because(promote, Verdict.Reason(rule, result)), guarded);
    }

    // Only models that predict the same can take one another's place.
    private async Task<IReadOnlyList<string>> AlikeAsync(PipelineName pipeline, ModelVersion judged, IReadOnlyList<string> versions, CancellationToken cancellation)
    {
        var alike = new List<string>();
        foreach (var version in versions)
        {
            if (await _models.FindAsync(pipeline, version, cancellation) is { } model && model.Classes.SequenceEqual(judged.Classes, StringComparer.Ordinal))
            {
                alike.Add(version);
            }
        }

        return alike;
    }

    private static bool IsAlike(double[] scores, int rows)
    {
        var width = scores.Length / rows;
        for (var i = width; i < scores.Length; i++)
        {
            if (scores[i] != scores[i % width])
            {
                return false;
            }
        }

        return rows > 1;
    }

    // What each earlier challenger gained over the champion that it met, on all rows of the period that came after both.
    private async Task<IReadOnlyList<PastGain>> GainsAsync(
        PipelineName pipeline, string metric, ModelVersion judged, HistoryRows history, AccumulateResult accumulated, IReadOnlyList<PastDecision> past, CancellationToken cancellation)
    {
        var gains = new List<PastGain>();
        var periodOfRow = Evidence.PeriodOfRow(accumulated);
        foreach (var decision in periodOfRow is null ? [] : past)
        {
            var period = accumulated.Periods.ToList().IndexOf(decision.Period);
            var models = new[]
            {
                await _models.FindAsync(pipeline, decision.Challenger, cancellation), await _models.FindAsync(pipeline, decision.Champion, cancellation),
            };
            if (period < 0 || models.Any(m => m is null || m.History.Any(d => d.Period == decision.Period) || !m.Classes.SequenceEqual(judged.Classes, StringComparer.Ordinal)))
            {
                continue;
            }

            int[] rows = [.. Enumerable.Range(0, periodOfRow!.Length).Where(row => periodOfRow[row] == period)];
            var comparison = new Comparison(metric, judged.Classes.Count, history.Labels(rows));
            var gain = comparison.Improvement(
                await ScoresAsync(pipeline, models[0]!, history, rows, cancellation), await ScoresAsync(pipeline, models[1]!, history, rows, cancellation));
            if (double.IsFinite(gain))
            {
                gains.Add(new PastGain(decision.Period, decision.Challenger, decision.Champion, rows.Length, gain, 1));
            }
        }

        return gains;
    }

    private async Task<AccumulateResult> AccumulatedAsync(PipelineName pipeline, ModelVersion version, CancellationToken cancellation) =>
        (await _context.Runner.ReadRecordAsync(pipeline, version.AccumulateKey, cancellation)).ResultOf<AccumulateResult>();

    // What the rows' periods are, and which of them the champion knows: a history's bytes do not tell.
    private async Task<object> PeriodsAsync(PipelineName pipeline, StepRecord history, ModelVersion challenger, ModelVersion? champion, CancellationToken cancellation)
    {
        var all = history.ResultOf<AccumulateResult>();
        return new
        {
            all.Periods,
            all.RowsOfPeriods,
            Learned = champion is null ? null : (await AccumulatedAsync(pipeline, champion, cancellation)).Periods,
            SameRecipe = champion?.DefinitionHash == challenger.DefinitionHash,
        };
    }

    // Each model is fed by its own transform, as it would be in production.
    private async Task<double[]> ScoresAsync(
        PipelineName pipeline, ModelVersion version, HistoryRows history, int[] rows, CancellationToken cancellation)
    {
        await using var json = await _context.Runner.OpenAsync(pipeline, version.AccumulateKey, AccumulateStep.TransformOutput, cancellation);
        var transform = Transform.Load(json);
        var model = await TrainedModel.OpenAsync(_context, pipeline, version.TrainKey, cancellation);
        return Predictions.Scores(model, TransformApply.Apply(transform, history.Table, rows), _context.Options);
    }
}
