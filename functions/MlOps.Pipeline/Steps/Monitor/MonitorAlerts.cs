using System.Globalization;
using MlOps.Pipeline.Definitions;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Findings as alerts with their cause, ordered by effect on the model.</summary>
internal static class MonitorAlerts
{
    public static IReadOnlyList<MonitorAlert> Of(
        IReadOnlyList<ColumnDrift> columns, IReadOnlyList<DataIncident> incidents, IReadOnlyList<GroupFairness> fairness, MonitorSettings settings) =>
    [
        .. incidents.Select(i => new MonitorAlert("incident", i.Column, columns.FirstOrDefault(c => c.Column == i.Column && c.Kind != "score")?.Importance ?? 0, i.Message))
            .Concat(columns.Where(c => c.Drifted).Select(c => new MonitorAlert(c.Kind == "score" ? "score-drift" : "drift", c.Column, c.Effect, Cause(c))))
            .Concat(fairness.SelectMany(f => Unfair(f, settings.FairnessLimit)))
            .OrderByDescending(a => a.Effect).ThenBy(a => a.Kind, StringComparer.Ordinal).ThenBy(a => a.Subject, StringComparer.Ordinal),
    ];

    private static string Cause(ColumnDrift c)
    {
        var moved = c.Bins.Count == 0
            ? $"missing in {Share(c.ReferenceMissing)} of the training rows and {Share(c.CurrentMissing)} of the period's"
            : Largest(c);
        // A score has no importance of its own: it is what the model says.
        var importance = c.Kind == "score" ? "" : string.Create(CultureInfo.InvariantCulture, $", importance {c.Importance:P1}");
        var distance = c.Psi is { } psi ? string.Create(CultureInfo.InvariantCulture, $" (PSI {psi:0.000}, adjusted p {PValue(Math.Min(c.AdjustedPValue ?? 1, c.MissingPValue ?? 1))}{importance})") : "";
        return $"{(c.Kind == "score" ? "The distribution of " : "")}'{c.Column}' has drifted: {moved}{distance}.";
    }

    // Below the smallest normal double the p value is a matter of rounding.
    private static string PValue(double p) => p < 1e-300 ? "< 1e-300" : p.ToString(p < 0.001 ? "0.0e-0" : "0.####", CultureInfo.InvariantCulture);

    // The bin whose share has changed most says best what happened.
    private static string Largest(ColumnDrift c)
    {
        double reference = c.Bins.Sum(b => b.Reference), current = c.Bins.Sum(b => b.Current);
        var bin = c.Bins.MaxBy(b => Math.Abs((b.Current / current) - (b.Reference / reference)))!;
        return $"'{bin.Label}' was {Share(bin.Reference / reference)} of the rows learned from and is {Share(bin.Current / current)} now";
    }

    private static IEnumerable<MonitorAlert> Unfair(GroupFairness f, double limit)
    {
        if (f.DemographicParityDifference > limit)
        {
            yield return new("fairness", f.Column, f.DemographicParityDifference.Value, $"Groups of '{f.Column}' are predicted positive at rates that differ by {Share(f.DemographicParityDifference.Value)} ({f.Rows} rows).");
        }

        if (f.EqualOpportunityDifference > limit)
        {
            yield return new("fairness", f.Column, f.EqualOpportunityDifference.Value, $"Of the positives in groups of '{f.Column}', the shares found differ by {Share(f.EqualOpportunityDifference.Value)} ({f.Rows} rows).");
        }
    }

    private static string Share(double share) => share.ToString("P1", CultureInfo.InvariantCulture);
}
