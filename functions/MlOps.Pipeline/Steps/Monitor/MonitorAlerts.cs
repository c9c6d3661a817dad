using MlOps.Learning.Images;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>Findings as alerts with their cause, ordered by effect on the model.</summary>
internal static class MonitorAlerts
{
    public static IReadOnlyList<MonitorAlert> Of(
        IReadOnlyList<ColumnDrift> columns, IReadOnlyList<DataIncident> incidents, IReadOnlyList<GroupFairness> fairness, MonitorSettings settings, bool ofPictures = false) =>
    [
        .. incidents.Select(i => new MonitorAlert("incident", i.Column, columns.FirstOrDefault(c => c.Column == i.Column && c.Kind != "score")?.Importance ?? 0, i.Message, i.Said))
            .Concat(columns.Where(c => c.Drifted && !(ofPictures && IsEmbedding(c))).Select(Drift))
            .Concat(ofPictures ? Embedding([.. columns.Where(IsEmbedding)]) : [])
            .Concat(fairness.SelectMany(f => Unfair(f, settings.FairnessLimit)))
            .OrderByDescending(a => a.Effect).ThenBy(a => a.Kind, StringComparer.Ordinal).ThenBy(a => a.Subject, StringComparer.Ordinal),
    ];

    private static bool IsEmbedding(ColumnDrift c) => c.Column.StartsWith(PictureFacts.EmbeddingPrefix, StringComparison.Ordinal);

    // One of the numbers of an embedding means nothing to anybody; that many of them have moved does.
    private static IEnumerable<MonitorAlert> Embedding(ColumnDrift[] embedding)
    {
        ColumnDrift[] drifted = [.. embedding.Where(c => c.Drifted)];
        if (drifted.MaxBy(c => c.Effect) is not { } most)
        {
            yield break;
        }

        var said = Sentence.Of(
            "drift-embedding", ("count", drifted.Length), ("all", embedding.Length), ("column", most.Column), ("psi", Spelled.Distance(most.Psi)), ("p", Spelled.PValue(most.AdjustedPValue)),
            ("share", Spelled.Share(drifted.Sum(c => c.Importance))));
        yield return new MonitorAlert("drift", "embedding", drifted.Sum(c => c.Effect), said.ToString(), said);
    }

    private static MonitorAlert Drift(ColumnDrift c)
    {
        var cause = Cause(c);
        return new MonitorAlert(c.Kind == "score" ? "score-drift" : "drift", c.Column, c.Effect, cause.ToString(), cause);
    }

    // Told by the test that decided: a column whose holes have moved is not said to have drifted in its values.
    private static Sentence Cause(ColumnDrift c)
    {
        object importance = Sentence.Of("importance", ("share", Spelled.Share(c.Importance)));
        if (c.Season is { IsAway: true } season)
        {
            return BesideMonth(c, season, importance);
        }

        if (c.Bins.Count == 0 || c.Because?.Code == "drift-why-missing")
        {
            return Sentence.Of(
                "drift-missing", ("column", c.Column), ("before", Spelled.Share(c.ReferenceMissing)), ("now", Spelled.Share(c.CurrentMissing)), ("p", Spelled.PValue(c.MissingPValue)), ("importance", importance));
        }

        var (bin, before, now) = MostMoved(c.Bins);
        (string, object)[] facts =
        [
            ("column", c.Named), ("bin", bin.Told), ("before", Spelled.Share(before)), ("now", Spelled.Share(now)),
            ("psi", Spelled.Distance(c.Psi)), ("p", Spelled.PValue(c.AdjustedPValue)), ("importance", importance),
        ];
        // A score has no importance of its own: it is what the model says.
        return c.Kind == "score" ? Sentence.Of("drift-score", facts[..^1]) : Sentence.Of("drift-values", facts);
    }

    // Where the month has been seen in an earlier year, what has changed since says more than what sets the month apart from the whole year.
    private static Sentence BesideMonth(ColumnDrift c, SeasonDrift season, object importance)
    {
        if (season.Missing)
        {
            return Sentence.Of(
                "drift-missing-month", ("column", c.Column), ("year", season.Year), ("before", Spelled.Share(season.MissingShare)), ("now", Spelled.Share(c.CurrentMissing)), ("p", Spelled.PValue(season.PValue)), ("importance", importance));
        }

        var (bin, before, now) = MostMoved(season.Bins);
        (string, object)[] facts =
        [
            ("column", c.Named), ("year", season.Year), ("bin", bin.Told), ("before", Spelled.Share(before)), ("now", Spelled.Share(now)),
            ("psi", Spelled.Distance(season.Psi)), ("p", Spelled.PValue(season.PValue)), ("importance", importance),
        ];
        return c.Kind == "score" ? Sentence.Of("drift-score-month", facts[..^1]) : Sentence.Of("drift-values-month", facts);
    }

    // The bin whose share has changed most says best what happened.
    private static (DriftBin Bin, double Before, double Now) MostMoved(IReadOnlyList<DriftBin> bins)
    {
        double reference = bins.Sum(b => b.Reference), current = bins.Sum(b => b.Current);
        var bin = bins.MaxBy(b => Math.Abs((b.Current / current) - (b.Reference / reference)))!;
        return (bin, bin.Reference / reference, bin.Current / current);
    }

    private static IEnumerable<MonitorAlert> Unfair(GroupFairness f, double limit)
    {
        if (f.DemographicParityDifference is { } predicted && predicted > limit)
        {
            yield return Alert(Sentence.Of("unfair-predicted", ("column", f.Column), ("share", Spelled.Share(predicted)), ("rows", f.Rows == "test" ? Sentence.Of("part-test") : Sentence.Of("part-period"))), predicted);
        }

        if (f.EqualOpportunityDifference is { } found && found > limit)
        {
            yield return Alert(Sentence.Of("unfair-found", ("column", f.Column), ("share", Spelled.Share(found)), ("rows", f.Rows == "test" ? Sentence.Of("part-test") : Sentence.Of("part-period"))), found);
        }

        MonitorAlert Alert(Sentence said, double effect) => new("fairness", f.Column, effect, said.ToString(), said);
    }
}
