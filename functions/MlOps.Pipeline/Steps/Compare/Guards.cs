using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Monitor;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Compare;

/// <summary>A model on the test rows.</summary>
/// <param name="Scores">Its scores.</param>
/// <param name="Threshold">Score from which on it predicts positive.</param>
internal sealed record GuardedModel(double[] Scores, double Threshold);

/// <summary>The guards that are pure functions of data: fairness by group and calibration, on the test rows that both models are compared on.</summary>
internal static class Guards
{
    private const int CalibrationBins = 10;

    /// <summary>What every guard of the definition measures; empty where there is none.</summary>
    public static IReadOnlyList<GuardFinding> Judge(
        PipelineDefinition definition, HistoryRows history, int[] rows, GuardedModel challenger, GuardedModel? champion)
    {
        if (definition.Promote.Guards is not { NeedsBinary: true } guards || rows.Length == 0)
        {
            return [];
        }

        var labels = history.Labels(rows);
        var findings = new List<GuardFinding>();
        if ((guards.Fairness ?? guards.FairnessWorsening) is not null)
        {
            var (now, before) = (Differences(challenger), champion is null ? null : Differences(champion));
            foreach (var (subject, value) in now)
            {
                if (guards.Fairness is { } limit)
                {
                    findings.Add(GuardFinding.Of("fairness", subject, value, null, limit, value <= limit));
                }

                if (guards.FairnessWorsening is { } more && before?.TryGetValue(subject, out var known) == true)
                {
                    findings.Add(GuardFinding.Of("fairness_worsening", subject, value, known, more, value - known <= more));
                }
            }
        }

        Worsening("calibration", Sentence.Of("guard-calibration"), guards.Calibration, m => Calibration.ExpectedError(Calibration.EqualCounts(labels, m.Scores, CalibrationBins)));
        Worsening("brier", Sentence.Of("guard-brier"), guards.Brier, m => BinaryMetrics.Brier(labels, m.Scores));
        return findings;

        void Worsening(string guard, Sentence subject, double? limit, Func<GuardedModel, double> measure)
        {
            if (limit is { } more && champion is not null)
            {
                var (value, known) = (measure(challenger), measure(champion));
                findings.Add(GuardFinding.Of(guard, subject, value, known, more, value - known <= more));
            }
        }

        Dictionary<Sentence, double> Differences(GuardedModel model)
        {
            var differences = new Dictionary<Sentence, double>();
            foreach (var group in GroupComparison.Of(definition.Monitor.Groups ?? [], [new WatchedRows("test", history.Table, rows, model.Scores, labels)], model.Threshold))
            {
                Add(Sentence.Of("guard-predicted", ("column", group.Column)), group.DemographicParityDifference);
                Add(Sentence.Of("guard-found", ("column", group.Column)), group.EqualOpportunityDifference);
            }

            return differences;

            void Add(Sentence subject, double? value)
            {
                if (value is { } known)
                {
                    differences[subject] = known;
                }
            }
        }
    }

    /// <summary>The verdict with what the guards found; the first that does not pass vetoes a promotion.</summary>
    public static CompareResult Apply(CompareResult verdict, IReadOnlyList<GuardFinding> findings)
    {
        if (findings.Count == 0)
        {
            return verdict;
        }

        verdict = verdict with { Guards = [.. verdict.Guards ?? [], .. findings] };
        return verdict.Promote && findings.FirstOrDefault(f => !f.Passed) is { } veto
            ? verdict.Because(false, veto.Veto())
            : verdict;
    }
}
