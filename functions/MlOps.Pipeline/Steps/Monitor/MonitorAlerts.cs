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
        if (c.Bins.Count == 0 || c.Because?.Code == "drift-why-missing")
        {
            return Sentence.Of(
                "drift-missing", ("column", c.Column), ("before", Spelled.Share(c.ReferenceMissing)), ("now", Spelled.Share(c.CurrentMissing)), ("p", Spelled.PValue(c.MissingPValue)), ("importance", importance));
        }

        // The bin whose share has changed most says best what happened.
        double reference = c.Bins.Sum(b => b.Reference), current = c.Bins.Sum(b => b.Current);
        var bin = c.Bins.MaxBy(b => Math.Abs((b.Current / current) - (b.Reference / reference)))!;
        (string, object)[] facts =
        [
            ("column", c.Named), ("bin", bin.Told), ("before", Spelled.Share(bin.Reference / reference)), ("now", Spelled.Share(bin.Current / current)),
            ("psi", Spelled.Distance(c.Psi)), ("p", Spelled.PValue(c.AdjustedPValue)), ("importance", importance),
        ];
        // A score has no importance of its own: it is what the model says.
        return c.Kind == "score" ? Sentence.Of("drift-score", facts[..^1]) : Sentence.Of("drift-values", facts);
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
