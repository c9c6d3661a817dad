namespace MlOps.Tabular;

/// <summary>
/// Count, means, variances and covariance of pairs, mergeable without loss of precision (T. F. Chan, G. H. Golub, R. J. LeVeque, Updating formulae and a
/// pairwise algorithm for computing sample variances, 1979). For a single variable leave y at 0.
/// </summary>
internal struct Moments
{
    public long Count;
    public double MeanX;
    public double MeanY;
    public double SquaresX;
    public double SquaresY;
    public double Products;

    /// <summary>Of the pairs (x, y) of which neither is NaN.</summary>
    public static Moments Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var result = default(Moments);
        double sumX = 0, sumY = 0;
        for (var i = 0; i < x.Length; i++)
        {
            var other = y.IsEmpty ? 0 : y[i];
            if (!double.IsNaN(x[i]) && !double.IsNaN(other))
            {
                result.Count++;
                sumX += x[i];
                sumY += other;
            }
        }

        if (result.Count == 0)
        {
            return result;
        }

        result.MeanX = sumX / result.Count;
        result.MeanY = sumY / result.Count;
        for (var i = 0; i < x.Length; i++)
        {
            var other = y.IsEmpty ? 0 : y[i];
            if (!double.IsNaN(x[i]) && !double.IsNaN(other))
            {
                var dx = x[i] - result.MeanX;
                var dy = other - result.MeanY;
                result.SquaresX += dx * dx;
                result.SquaresY += dy * dy;
                result.Products += dx * dy;
            }
        }

        return result;
    }

    public void Merge(in Moments other)
    {
        if (other.Count == 0)
        {
            return;
        }

        var all = Count + other.Count;
        var share = (double)other.Count / all;
        var dx = other.MeanX - MeanX;
        var dy = other.MeanY - MeanY;
        var weight = Count * share;
        SquaresX += other.SquaresX + (dx * dx * weight);
        SquaresY += other.SquaresY + (dy * dy * weight);
        Products += other.Products + (dx * dy * weight);
        MeanX += dx * share;
        MeanY += dy * share;
        Count = all;
    }

    /// <summary>Of the sample (n - 1); NaN below two values.</summary>
    public readonly double StandardDeviation => Count < 2 ? double.NaN : Math.Sqrt(SquaresX / (Count - 1));

    /// <summary>Pearson's correlation; NaN when a variable is constant.</summary>
    public readonly double Correlation => SquaresX > 0 && SquaresY > 0 ? Products / Math.Sqrt(SquaresX * SquaresY) : double.NaN;
}
