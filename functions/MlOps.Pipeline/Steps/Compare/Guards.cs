using MlOps.Evaluation.Metrics;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Monitor;

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
                    findings.Add(new GuardFinding("fairness", subject, value, null, limit, value <= limit));
                }

                if (guards.FairnessWorsening is { } more && before?.TryGetValue(subject, out var known) == true)
                {
                    findings.Add(new GuardFinding("fairness_worsening", subject, value, known, more, value - known <= more));
                }
            }
        }

        Worsening("calibration", "the expected calibration error", guards.Calibration, m => Calibration.ExpectedError(Calibration.EqualCounts(labels, m.Scores, CalibrationBins)));
        Worsening("brier", "the Brier score", guards.Brier, m => BinaryMetrics.Brier(labels, m.Scores));
        return findings;

        void Worsening(string guard, string subject, double? limit, Func<GuardedModel, double> measure)
        {
            if (limit is { } more && champion is not null)
            {
                var (value, known) = (measure(challenger), measure(champion));
                findings.Add(new GuardFinding(guard, subject, value, known, more, value - known <= more));
            }
        }

        Dictionary<string, double> Differences(GuardedModel model)
        {
            var differences = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (var group in GroupComparison.Of(definition.Monitor.Groups ?? [], [new WatchedRows("test", history.Table, rows, model.Scores, labels)], model.Threshold))
            {
                Add($"the difference of the shares predicted positive by {group.Column}", group.DemographicParityDifference);
                Add($"the difference of the shares of positives found by {group.Column}", group.EqualOpportunityDifference);
            }

            return differences;

            void Add(string subject, double? value)
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
            ? verdict with { Promote = false, Reason = veto.Veto(), Said = null }
            : verdict;
    }
}
