using System.Globalization;
using MlOps.Evaluation.Intervals;
using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Backtest;

/// <summary>
/// Chooses how a model is to learn by how the latest periods came out. The plain way (random rows stop the learning, all of the history counts the same) is left only for one that
/// did better by more than a hundredth on average over three periods or more: validation by the latest rows in most of them, less history in four of five.
/// </summary>
internal static class WayChoice
{
    /// <summary>Periods below which nothing is chosen: fewer say too little.</summary>
    public const int Fewest = 3;

    // A gain of less is as often chance as not.
    private const double LeastGain = 0.01;
    private const double MostPeriods = 0.5;
    private const double NearlyAllPeriods = 0.8;

    /// <summary>Chooses.</summary>
    /// <param name="definition">What it leaves open.</param>
    /// <param name="all">The periods, in order; the last five speak.</param>
    public static ChosenWay Of(PipelineDefinition definition, IReadOnlyList<BacktestedPeriod> all)
    {
        BacktestedPeriod[] periods = [.. all.TakeLast(NextPeriod.Most)];
        var plain = LearningWay.Of(definition)[0];
        var (validation, validationSaid) = definition.Validation.Kind == ValidationKind.Auto
            ? Validation(definition, plain, periods)
            : (definition.Validation.Kind, null);
        var (history, historySaid) = definition.History.Auto ? History(plain, periods) : (definition.History, null);
        return new ChosenWay(validation, history, validationSaid, historySaid);
    }

    private static (ValidationKind Kind, Sentence Said) Validation(PipelineDefinition definition, LearningWay plain, IReadOnlyList<BacktestedPeriod> periods)
    {
        if (definition.Split.Group is not null || periods.Count < Fewest)
        {
            return (ValidationKind.Auto, definition.Split.Group is not null ? Sentence.Of("validation-groups") : Sentence.Of("validation-too-few", ("periods", periods.Count), ("fewest", Fewest)));
        }

        var found = Against(plain, plain with { Validation = ValidationKind.Time }, periods);
        var facts = new (string, object)[] { ("periods", periods.Count), ("better", found.Better), ("gain", Percent(Math.Abs(found.Gain))), ("differ", periods.Count(p => p.Differs)) };
        return found.Gain > LeastGain && found.Better > MostPeriods * periods.Count
            ? (ValidationKind.Time, Sentence.Of("validation-by-time", facts))
            : (ValidationKind.Auto, Sentence.Of(found.Gain >= 0 ? "validation-by-rows" : "validation-by-rows-better", facts));
    }

    private static (HistorySettings History, Sentence Said) History(LearningWay plain, IReadOnlyList<BacktestedPeriod> periods)
    {
        if (periods.Count < Fewest)
        {
            return (HistorySettings.All, Sentence.Of("history-too-few", ("periods", periods.Count), ("fewest", Fewest)));
        }

        // The last twelve periods of ten are all of them: there is nothing to choose.
        HistorySettings[] others =
        [
            .. periods[0].Ways.Where(w => w.History != plain.History).Select(w => w.History).Distinct()
                .Where(history => periods.Any(p => Loss(p, plain) != Loss(p, plain with { History = history }))),
        ];
        if (others.Length == 0)
        {
            return (HistorySettings.All, Sentence.Of("history-all-alike", ("periods", periods.Count)));
        }

        var best = others.Select(history => (History: history, Found: Against(plain, plain with { History = history }, periods))).MaxBy(c => c.Found.Gain);
        var facts = new (string, object)[] { ("periods", periods.Count), ("better", best.Found.Better), ("gain", Percent(Math.Abs(best.Found.Gain))), ("way", Name(best.History)) };
        return best.Found.Gain > LeastGain && best.Found.Better >= NearlyAllPeriods * periods.Count
            ? (best.History, Sentence.Of("history-less", facts))
            : (HistorySettings.All, Sentence.Of(best.Found.Gain >= 0 ? "history-all" : "history-all-better", facts));
    }

    /// <summary>How much history, in words.</summary>
    /// <param name="history">How much.</param>
    public static Sentence Name(HistorySettings history) => history switch
    {
        { Last: { } last } => Sentence.Of("history-last", ("periods", last)),
        { Decay: < 1 } => Sentence.Of("history-decay", ("weight", history.Decay)),
        _ => Sentence.Of("history-whole"),
    };

    // Losses of periods differ by factors: the mean of the logarithms, as a share.
    private static (double Gain, int Better) Against(LearningWay plain, LearningWay other, IReadOnlyList<BacktestedPeriod> periods)
    {
        double[] gains = [.. periods.Select(p => Loss(p, plain) is { } of && Loss(p, other) is { } to ? Math.Log(Math.Max(of, double.Epsilon) / Math.Max(to, double.Epsilon)) : 0)];
        return (1 - Math.Exp(-gains.Average()), gains.Count(g => g > 0));
    }

    private static double? Loss(BacktestedPeriod period, LearningWay way) => period.Ways.FirstOrDefault(w => w.Validation == way.Validation && w.History == way.History)?.Loss;

    private static string Percent(double share) => (100 * share).ToString(share < 0.001 ? "0.000" : "0.0", CultureInfo.InvariantCulture);
}
