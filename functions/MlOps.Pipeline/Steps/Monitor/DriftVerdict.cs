using MlOps.Pipeline.Steps.Incidents;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Monitor;

/// <summary>A period's drift in one sentence: how many columns have drifted, and how much of the model depends on them.</summary>
/// <param name="Drifted">Columns that have drifted.</param>
/// <param name="Columns">Columns that were compared.</param>
/// <param name="Share">Share of the model's gain that comes from those that have drifted, 0 to 1.</param>
/// <param name="Level"><c>none</c>; <c>slight</c>, below <see cref="SomeFrom"/> of the gain; <c>some</c>; <c>whole</c>, from <see cref="WholeFrom"/> on.</param>
/// <param name="Said">The verdict.</param>
public sealed record DriftVerdict(int Drifted, int Columns, double Share, string Level, Sentence Said)
{
    /// <summary>From this share of the gain on, the model depends on what has drifted.</summary>
    public const double SomeFrom = 0.1;

    /// <summary>
    /// From this share on the whole data set counts as drifted. Evidently's preset calls a data set drifted where half of its columns are
    /// (https://docs.evidentlyai.com/metrics/preset_data_drift); here a column counts as much as the model goes by it.
    /// </summary>
    public const double WholeFrom = 0.5;

    /// <summary>The verdict on what was watched.</summary>
    /// <param name="watched">A period.</param>
    public static DriftVerdict Of(MonitorDocument watched)
    {
        ArgumentNullException.ThrowIfNull(watched);
        var drifted = watched.Columns.Where(c => c.Drifted).ToArray();
        var share = Math.Clamp(drifted.Sum(c => c.Importance), 0, 1);
        var scores = watched.Scores.Any(s => s.Drifted) ? Sentence.Of("drift-scores-moved") : Sentence.Of("drift-scores-stayed");
        (string, object)[] facts = [("drifted", drifted.Length), ("columns", watched.Columns.Count), ("share", Spelled.Share(share)), ("scores", scores)];
        var (level, said) = drifted.Length == 0 ? ("none", Sentence.Of("drift-verdict-none", ("columns", watched.Columns.Count), ("scores", scores)))
            : share < SomeFrom ? ("slight", Sentence.Of("drift-verdict-slight", facts))
            : share < WholeFrom ? ("some", Sentence.Of("drift-verdict-some", facts))
            : ("whole", Sentence.Of("drift-verdict-whole", facts));
        return new DriftVerdict(drifted.Length, watched.Columns.Count, share, level, said);
    }
}
