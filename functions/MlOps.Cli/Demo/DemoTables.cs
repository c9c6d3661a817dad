using MlOps.Cli.Terminal;
using MlOps.Pipeline.Orchestrations;

namespace MlOps.Cli.Demo;

/// <summary>What the demo shows of its periods: outcome, leaderboard, what was watched.</summary>
internal static class DemoTables
{
    public static void Print(IReadOnlyList<DemoPeriod> periods)
    {
        Outcomes(periods);
        Answer.Line("");
        Answer.Line("Both of the model that predicts. test AUC: as it was trained, on rows of its history that it never saw; period AUC: of the published");
        if (periods.Any(p => p.File.TrueAuc is not null))
        {
            Answer.Line("scores against the labels in the period's own file, which were not used. Possible: the AUC of the probabilities that the labels of");
            Answer.Line("that history, and of that file, were drawn from. Leaderboard: of the models trained in that period's run, on the test rows of its history.");
        }
        else
        {
            Answer.Line("scores against the labels in the period's own file, which were not used, where it has any. What is possible, nobody knows of these.");
            Answer.Line("Leaderboard: of the models trained in that period's run, on the test rows of its history.");
        }

        Answer.Line("");
        Leaderboard(periods);
        Answer.Line("");
        foreach (var p in periods.Where(p => p.Run is not null))
        {
            Watched(p.File.Period, p.Run!);
        }
    }

    private static void Outcomes(IReadOnlyList<DemoPeriod> periods)
    {
        var listing = new Listing("period", "rows", "trials", "test AUC", "possible", "period AUC", "possible", "new model", "predicts", "drifted", "seconds");
        foreach (var p in periods)
        {
            var (manifest, run) = (p.Manifest!, p.Run);
            var trials = run?.Trials ?? [];
            listing.Add(
                p.File.Period, $"{manifest.Rows}", $"{trials.Count} in {trials.Select(t => t.Wave).Distinct().Count()} waves",
                Metric(manifest.Metrics, "test"), Number(PossibleOn(manifest, periods)), Metric(manifest.Metrics, "drop"), Number(p.File.TrueAuc),
                run?.Promotion is { } promotion ? (promotion.Promoted ? "promoted" : "refused") : "-", manifest.ModelVersion,
                run?.Monitor is { } monitor ? $"{monitor.Drifted.Count(name => name != "score")} of {monitor.Columns}" : "-",
                p.Standing.Run is { EndedAt: { } end } ledger ? $"{(end - ledger.StartedAt).TotalSeconds:0.0}" : "-");
        }

        listing.Print();
    }

    /// <summary>The best possible AUC on the history of the model that predicted, which after a refusal is not the run's own; <see langword="null"/> where no file of the demo tells.</summary>
    internal static double? PossibleOn(Manifest manifest, IReadOnlyList<DemoPeriod> periods)
    {
        // A file tells it of all files before it together.
        var next = periods.Select(p => p.File).FirstOrDefault(file => !manifest.History.Any(h => h.Period == file.Period));
        return next?.HistoryTrueAuc;
    }

    private static void Leaderboard(IReadOnlyList<DemoPeriod> periods)
    {
        var boards = periods.Select(p => p.Run?.Leaderboard).ToArray();
        var learners = boards.SelectMany(b => b?.Entries ?? []).Select(e => e.Learner).Distinct().ToArray();
        if (learners.Length == 0)
        {
            return;
        }

        var listing = new Listing(["leaderboard: " + boards.First(b => b is not null)!.Metric, .. periods.Select(p => p.File.Period)]);
        foreach (var learner in learners)
        {
            listing.Add([learner, .. boards.Select(b => Number(b?.Entries.FirstOrDefault(e => e.Learner == learner)?.Value))]);
        }

        listing.Print();
    }

    private static void Watched(string period, RunDocument run)
    {
        if (run.Promotion is { } promotion)
        {
            Answer.Line($"{period}  {(promotion.Promoted ? "promoted" : "refused")}: {promotion.Verdict.Reason}");
        }

        var alerts = run.Monitor?.Alerts ?? [];
        Answer.Line(alerts.Count == 0 ? "          nothing has drifted" : $"          {alerts[0].Cause}");
        foreach (var alert in alerts.Skip(1).Take(2))
        {
            Answer.Line($"          {alert.Cause}");
        }

        if (alerts.Count > 3)
        {
            Answer.Line($"          and {alerts.Count - 3} more: mlops run {run.RunId} --json");
        }
    }

    private static string Metric(IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> metrics, string part) =>
        metrics.TryGetValue(part, out var values) && values.TryGetValue("auc", out var auc) ? Number(auc) : "-";

    private static string Number(double? value) => value is { } number ? $"{number:0.0000}" : "-";
}
