using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Steps.Accumulate;

/// <summary>How a period of the history came out under one way of learning from what came before it.</summary>
/// <param name="Validation">Whether random rows or the latest ones of before stopped the learning.</param>
/// <param name="History">How much of what came before was learned from.</param>
/// <param name="Loss">Loss on the period's rows: squared error, or log loss.</param>
/// <param name="Metrics">All metrics on these rows, by name; those that need a threshold at one half.</param>
public sealed record BacktestedWay(ValidationKind Validation, HistorySettings History, double Loss, IReadOnlyDictionary<string, double> Metrics);

/// <summary>A labelled period of the history, predicted by models of what came before it. They never see a row of it, nor of what came after.</summary>
/// <param name="Period">The period.</param>
/// <param name="IsInside">Whether it is a time inside the first file.</param>
/// <param name="Learned">Rows before it that were learned from.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Ways">Each way of learning, that of random rows and the whole history first.</param>
/// <param name="RandomTest">Metrics of that first way on random rows of before that it had not learned from.</param>
/// <param name="Differs">Whether the loss on the period differs from that on these random rows by more than chance: their 95 % intervals do not meet.</param>
/// <param name="Work">Work done, in rows x rounds x leaves.</param>
public sealed record BacktestedPeriod(
    string Period, bool IsInside, int Learned, int Rows, IReadOnlyList<BacktestedWay> Ways, IReadOnlyDictionary<string, double> RandomTest, bool Differs, long Work);

/// <summary>How a model is to learn, as the periods so far suggest.</summary>
/// <param name="Validation">Which rows stop the learning; <see cref="ValidationKind.Auto"/> for folds or a share of the rows, as there are few or many.</param>
/// <param name="History">How much is learned from.</param>
/// <param name="ValidationSaid">The former choice and its evidence; <see langword="null"/> where the definition leaves none.</param>
/// <param name="HistorySaid">The latter choice and its evidence; <see langword="null"/> where the definition leaves none.</param>
public sealed record ChosenWay(ValidationKind Validation, HistorySettings History, Sentence? ValidationSaid, Sentence? HistorySaid);

/// <summary>What backtests inside the history say.</summary>
/// <param name="Periods">The latest labelled periods, in order: at most five times inside the first file and five later files.</param>
/// <param name="Way">How a model is to learn.</param>
public sealed record RollingBacktest(IReadOnlyList<BacktestedPeriod> Periods, ChosenWay Way)
{
    /// <summary>Metrics of a period under the way that was chosen, or the nearest that was tried.</summary>
    /// <param name="period">One of <see cref="Periods"/>.</param>
    internal IReadOnlyDictionary<string, double> MetricsOf(BacktestedPeriod period) =>
        (period.Ways.FirstOrDefault(w => w.History == Way.History && (w.Validation == ValidationKind.Time) == (Way.Validation == ValidationKind.Time))
            ?? period.Ways.FirstOrDefault(w => w.History == Way.History) ?? period.Ways[0]).Metrics;
}
