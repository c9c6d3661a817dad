namespace MlOps.Tabular;

/// <summary>What a table's columns hold: for people, as JSON and as a page.</summary>
/// <param name="Rows">Usable rows.</param>
/// <param name="Errors">Number of errors that the reader reported.</param>
/// <param name="Label">Name of the label column, if one was named.</param>
/// <param name="QuantileRankError">Bound of the error in rank of quantiles that are not exact, as a share of the values (99 % confidence).</param>
/// <param name="DistinctStandardError">Relative standard error of distinct counts that are not exact.</param>
/// <param name="Columns">The columns in file order.</param>
public sealed record TableProfile(long Rows, long Errors, string? Label, double QuantileRankError, double DistinctStandardError, IReadOnlyList<ColumnProfile> Columns);

/// <summary>What one column holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">integer, number, boolean, date or text.</param>
/// <param name="Count">Rows.</param>
/// <param name="Missing">Missing cells among them.</param>
/// <param name="Distinct">Different values, missing apart.</param>
/// <param name="IsExact">Whether distinct count, quantiles, histogram and top values are exact rather than estimates.</param>
/// <param name="Min">Least number (seconds since 1970 for dates); none for text or without values. The same for the following.</param>
/// <param name="Max">Greatest number.</param>
/// <param name="Mean">Mean.</param>
/// <param name="StandardDeviation">Standard deviation of the sample.</param>
/// <param name="Quantiles">At 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99.</param>
/// <param name="Histogram">Bins of equal width from least to greatest.</param>
/// <param name="Top">The most frequent values, at most 20.</param>
/// <param name="Association">How strongly the column goes with the label.</param>
/// <param name="Note">What a reader of the figures should know: numbers or dates that are kept as texts, a number that may mean a missing value.</param>
public sealed record ColumnProfile(
    string Name,
    string Type,
    long Count,
    long Missing,
    long Distinct,
    bool IsExact,
    double? Min,
    double? Max,
    double? Mean,
    double? StandardDeviation,
    IReadOnlyList<Quantile> Quantiles,
    IReadOnlyList<HistogramBin> Histogram,
    IReadOnlyList<TopValue> Top,
    LabelAssociation? Association,
    string? Note = null);

/// <summary>The value below or at which a share of the values lies.</summary>
/// <param name="Probability">The share, 0 to 1.</param>
/// <param name="Value">The value.</param>
public sealed record Quantile(double Probability, double Value);

/// <summary>A bin of a histogram: From up to, but for the last bin without, To.</summary>
/// <param name="From">Lower bound.</param>
/// <param name="To">Upper bound.</param>
/// <param name="Count">Values in it.</param>
public sealed record HistogramBin(double From, double To, long Count);

/// <summary>A frequent value.</summary>
/// <param name="Value">The value as text.</param>
/// <param name="Count">How often it occurs.</param>
public sealed record TopValue(string Value, long Count);

/// <summary>How strongly a column goes with the label.</summary>
/// <param name="Measure">"correlation" (Pearson, -1 to 1; for numbers with a label of numbers) or "cramers_v" (0 to 1; a text with a label of few values).</param>
/// <param name="Value">Its value.</param>
public sealed record LabelAssociation(string Measure, double Value);
