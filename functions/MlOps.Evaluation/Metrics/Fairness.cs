namespace MlOps.Evaluation.Metrics;

/// <summary>One group's rates. Quotients without rows are NaN.</summary>
/// <param name="Group">Name of the group.</param>
/// <param name="Confusion">Confusion counts at the threshold.</param>
/// <param name="MeanScore">Mean score.</param>
/// <param name="BaseRate">Share of positives.</param>
/// <param name="CalibrationBins">Five bins of equal width.</param>
/// <param name="Auc">Area under the group's ROC curve.</param>
public sealed record GroupRates(string Group, Confusion Confusion, double MeanScore, double BaseRate, IReadOnlyList<CalibrationBin> CalibrationBins, double Auc)
{
    /// <summary>Rows.</summary>
    public double Rows => Confusion.TruePositives + Confusion.FalsePositives + Confusion.FalseNegatives + Confusion.TrueNegatives;

    /// <summary>Rows predicted positive.</summary>
    public double Selected => Confusion.TruePositives + Confusion.FalsePositives;

    /// <summary>Share predicted positive.</summary>
    public double SelectionRate => Selected / Rows;

    /// <summary>Share of positives predicted positive.</summary>
    public double TruePositiveRate => Confusion.Recall;

    /// <summary>Share of negatives predicted positive.</summary>
    public double FalsePositiveRate => Confusion.FalsePositives / (Confusion.FalsePositives + Confusion.TrueNegatives);

    /// <summary>Mean score minus base rate: above 0 the model overrates the group.</summary>
    public double CalibrationGap => MeanScore - BaseRate;

    /// <summary>Expected calibration error within the group.</summary>
    public double CalibrationError => Calibration.ExpectedError(CalibrationBins);
}

/// <summary>
/// Fairness of predictions between groups, with Fairlearn's definitions: a difference is the largest minus the smallest group value,
/// a ratio the smallest over the largest. Groups whose value is undefined are left out.
/// </summary>
/// <param name="Groups">Rates by group, in ordinal order of the names.</param>
public sealed record Fairness(IReadOnlyList<GroupRates> Groups)
{
    /// <summary>Difference of selection rates.</summary>
    public double DemographicParityDifference => Spread(g => g.SelectionRate);

    /// <summary>Ratio of selection rates.</summary>
    public double DemographicParityRatio => Ratio(g => g.SelectionRate);

    /// <summary>Difference of true positive rates.</summary>
    public double EqualOpportunityDifference => Spread(g => g.TruePositiveRate);

    /// <summary>Ratio of true positive rates.</summary>
    public double EqualOpportunityRatio => Ratio(g => g.TruePositiveRate);

    /// <summary>Difference of false positive rates.</summary>
    public double FalsePositiveRateDifference => Spread(g => g.FalsePositiveRate);

    /// <summary>The larger of the differences of true and false positive rates.</summary>
    public double EqualizedOddsDifference => Math.Max(EqualOpportunityDifference, FalsePositiveRateDifference);

    /// <summary>The smaller of the ratios of true and false positive rates.</summary>
    public double EqualizedOddsRatio => Math.Min(EqualOpportunityRatio, Ratio(g => g.FalsePositiveRate));

    /// <summary>Difference of precisions.</summary>
    public double PredictiveParityDifference => Spread(g => g.Confusion.Precision);

    /// <summary>Difference of accuracies.</summary>
    public double AccuracyDifference => Spread(g => g.Confusion.Accuracy);

    /// <summary>Difference of mean score minus base rate.</summary>
    public double CalibrationGapDifference => Spread(g => g.CalibrationGap);

    /// <summary>Rates of every group.</summary>
    /// <param name="groups">Group of each row.</param>
    /// <param name="labels">0 or 1.</param>
    /// <param name="scores">Probabilities.</param>
    /// <param name="threshold">A row is predicted positive at this score or above.</param>
    public static Fairness Of(IReadOnlyList<string> groups, double[] labels, double[] scores, double threshold)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return new([.. Enumerable.Range(0, groups.Count).GroupBy(i => groups[i]).OrderBy(g => g.Key, StringComparer.Ordinal).Select(Rates)]);

        GroupRates Rates(IGrouping<string, int> rows)
        {
            double[] y = [.. rows.Select(i => labels[i])], p = [.. rows.Select(i => scores[i])];
            return new(rows.Key, BinaryMetrics.At(y, p, threshold), p.Average(), y.Average(), Calibration.Uniform(y, p, 5), BinaryMetrics.Auc(y, p));
        }
    }

    private double Spread(Func<GroupRates, double> value)
    {
        var defined = Groups.Select(value).Where(v => !double.IsNaN(v)).ToList();
        return defined.Count == 0 ? double.NaN : defined.Max() - defined.Min();
    }

    private double Ratio(Func<GroupRates, double> value)
    {
        var defined = Groups.Select(value).Where(v => !double.IsNaN(v)).ToList();
        return defined.Count == 0 || defined.Max() == 0 ? double.NaN : defined.Min() / defined.Max();
    }
}
