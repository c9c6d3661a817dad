namespace MlOps.Evaluation.Intervals;

/// <summary>A metric on the rows of a period, with how sure it is.</summary>
/// <param name="Value">The metric.</param>
/// <param name="Low">Lower end of its 95 % interval by chance of the rows.</param>
/// <param name="High">Upper end.</param>
/// <param name="Rows">Rows, at least 1.</param>
public sealed record PeriodFigure(double Value, double Low, double High, double Rows);

/// <summary>The same metric of the same model on rows of the past that it has not learned from.</summary>
/// <param name="Value">The metric.</param>
/// <param name="Rows">Rows, at least 1.</param>
public sealed record TestFigure(double Value, double Rows);

/// <summary>What a period's figure fell short of.</summary>
/// <param name="Test">The figure on test rows; <see langword="null"/> where none was known.</param>
/// <param name="Periods">Weighted mean of the earlier periods' figures; <see langword="null"/> where none was known.</param>
/// <param name="Limit">The worst figure that would have passed.</param>
public sealed record Fall(double? Test, double? Periods, double Limit);

/// <summary>
/// Whether a period's metric is worse than what was promised: worse than the model's test rows allow, and worse than the earlier periods did. Both are asked
/// where both are known, since random rows of the past flatter a model in a moving world, and a world that moves every month is no news.
/// <para>Held against the test rows, the difference may be three times its standard error: that of the period's rows, that of the test rows by their number, and
/// a twentieth by which periods differ as a rule. Held against the latest five periods (each weighing half of the next), the same without the test rows, or the
/// 99 % quantile of Student's distribution times the scatter that the periods themselves show, whichever is more. Of normal and independent months hardly one in 740
/// raises a false alarm (one-sided normal tail at 3). What differs by less than a tenth on the scale is no fall, whatever the number of rows.</para>
/// </summary>
public static class PerformanceFall
{
    private const double StandardErrors = 3;
    private const double Normal95 = 1.959963985;
    private const double UsualSpread = 0.05;
    private const double Least = 0.1;

    // 99 % quantiles of Student's distribution with 2 to 5 degrees of freedom.
    private static readonly double[] Student = [6.964556734, 4.540702859, 3.746947388, 3.364929999];

    /// <summary>Judges a period.</summary>
    /// <param name="now">Its figure.</param>
    /// <param name="test">The figure on test rows of the model that predicted; <see langword="null"/> where none is known.</param>
    /// <param name="before">Figures of earlier periods, in order; of more than <see cref="NextPeriod.Most"/> the latest.</param>
    /// <param name="scale">Scale on which figures are compared.</param>
    /// <param name="higherIsBetter">Which way the metric is better.</param>
    /// <returns>What it fell short of; <see langword="null"/> where it did not, or where there is nothing to hold it against.</returns>
    public static Fall? Judge(PeriodFigure now, TestFigure? test, IReadOnlyList<double> before, PeriodScale scale, bool higherIsBetter)
    {
        ArgumentNullException.ThrowIfNull(now);
        ArgumentNullException.ThrowIfNull(before);
        // Few rows can all be right by chance: no more is believed of them than half a row that is wrong.
        double Badness(double value, double rows) =>
            NextPeriod.To(scale == PeriodScale.LogOdds ? Math.Clamp(value, 0.5 / rows, 1 - (0.5 / rows)) : value, scale) * (higherIsBetter && scale != PeriodScale.Unexplained ? -1 : 1);

        double[] past = [.. before.Where(double.IsFinite).TakeLast(NextPeriod.Most)];
        if (!double.IsFinite(now.Value) || !double.IsFinite(now.Low) || !double.IsFinite(now.High) || (test is null && past.Length == 0))
        {
            return null;
        }

        var chance = Math.Pow((Badness(now.High, now.Rows) - Badness(now.Low, now.Rows)) / (2 * Normal95), 2);
        const double usual = UsualSpread * UsualSpread;
        var limit = double.NegativeInfinity;
        if (test is not null)
        {
            limit = Badness(test.Value, test.Rows) + Math.Max(Least, StandardErrors * Math.Sqrt((chance * (1 + (now.Rows / test.Rows))) + usual));
        }

        double? mean = null;
        if (past.Length > 0)
        {
            var (centre, effective, scatter) = Weigh([.. past.Select(value => Badness(value, now.Rows))]);
            var error = StandardErrors * Math.Sqrt((chance + usual) * (1 + (1 / effective)));
            if (past.Length > 1)
            {
                // As for the expected figure: the usual spread is worth one period more.
                var joined = (((past.Length - 1) * scatter) + usual) / past.Length;
                error = Math.Max(error, Student[past.Length - 2] * Math.Sqrt(joined * (1 + (1 / effective))));
            }

            limit = Math.Max(limit, centre + Math.Max(Least, error));
            mean = Figure(centre);
        }

        return Badness(now.Value, now.Rows) > limit ? new Fall(test?.Value, mean, Figure(limit)) : null;

        double Figure(double badness) => NextPeriod.From(higherIsBetter && scale != PeriodScale.Unexplained ? -badness : badness, scale);
    }

    /// <summary>
    /// 95 % interval of an AUC by chance of the rows, from its value and the two classes' numbers alone (J. A. Hanley, B. J. McNeil, The meaning and use of
    /// the area under a receiver operating characteristic curve, Radiology 143, 1982), on the scale of odds.
    /// </summary>
    /// <param name="auc">AUC, above 0 and below 1.</param>
    /// <param name="positives">Positives, above 0.</param>
    /// <param name="negatives">Negatives, above 0.</param>
    public static (double Low, double High) AucInterval(double auc, double positives, double negatives)
    {
        var (q1, q2) = (auc / (2 - auc), 2 * auc * auc / (1 + auc));
        var variance = ((auc * (1 - auc)) + ((positives - 1) * (q1 - (auc * auc))) + ((negatives - 1) * (q2 - (auc * auc)))) / (positives * negatives);
        var half = Normal95 * Math.Sqrt(Math.Max(variance, 0)) / (auc * (1 - auc));
        var middle = NextPeriod.To(auc, PeriodScale.LogOdds);
        return (NextPeriod.From(middle - half, PeriodScale.LogOdds), NextPeriod.From(middle + half, PeriodScale.LogOdds));
    }

    private static (double Mean, double Effective, double Variance) Weigh(double[] values)
    {
        double[] weights = [.. values.Select((_, i) => Math.Pow(0.5, values.Length - 1 - i))];
        var (sum, squares) = (weights.Sum(), weights.Sum(w => w * w));
        var mean = values.Zip(weights, (v, w) => v * w).Sum() / sum;
        var effective = sum * sum / squares;
        return values.Length == 1
            ? (mean, 1, 0)
            : (mean, effective, values.Zip(weights, (v, w) => w * (v - mean) * (v - mean)).Sum() / sum * effective / (effective - 1));
    }
}
