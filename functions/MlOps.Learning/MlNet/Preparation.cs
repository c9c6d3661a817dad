using MlOps.Learning.Baselines;
using MlOps.Learning.Learners;

namespace MlOps.Learning.MlNet;

/// <summary>What is done to features before a trainer sees them, learned from the rows of the fit.</summary>
/// <param name="Means">What stands for a missing value, by feature; <see langword="null"/> where missing values stay.</param>
/// <param name="Scales">What a value's distance from the mean is divided by; <see langword="null"/> where features keep their scale.</param>
internal sealed record Preparation(IReadOnlyList<double>? Means, IReadOnlyList<double>? Scales)
{
    public static Preparation Fit(InputNeeds needs, IReadOnlyList<double[]> columns)
    {
        if (needs == InputNeeds.None)
        {
            return new Preparation(null, null);
        }

        var standard = Standardization.Fit(columns);
        return new Preparation(standard.Means, needs.HasFlag(InputNeeds.Scaled) ? standard.Scales : null);
    }

    /// <summary>Rows from a first one on, in single precision as ML.NET takes them.</summary>
    public FeatureRow[] Rows(IReadOnlyList<double[]> columns, int start, int count)
    {
        var rows = new FeatureRow[count];
        for (var i = 0; i < count; i++)
        {
            rows[i] = new FeatureRow { Features = new float[columns.Count] };
        }

        for (var j = 0; j < columns.Count; j++)
        {
            var column = columns[j];
            for (var i = 0; i < count; i++)
            {
                rows[i].Features[j] = (float)Of(j, column[start + i]);
            }
        }

        return rows;
    }

    private double Of(int feature, double value)
    {
        if (Means is null)
        {
            return value;
        }

        var filled = double.IsNaN(value) ? Means[feature] : value;
        return Scales is null ? filled : (filled - Means[feature]) / Scales[feature];
    }
}
