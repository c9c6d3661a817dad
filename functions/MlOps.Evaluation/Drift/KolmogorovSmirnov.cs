namespace MlOps.Evaluation.Drift;

/// <summary>The two-sample Kolmogorov-Smirnov test, two-sided.</summary>
/// <param name="First">Rows of the first sample.</param>
/// <param name="Second">Rows of the second.</param>
/// <param name="Lead">Largest |i·m - j·n| over the values, where i of n and j of m rows lie at or below: the statistic as a whole number.</param>
public sealed record KolmogorovSmirnov(long First, long Second, long Lead)
{
    /// <summary>Largest difference of the two distribution functions.</summary>
    public double Statistic => Lead / ((double)First * Second);

    private double EffectiveRows => (double)First * Second / (First + Second);

    /// <summary>Compares two samples.</summary>
    /// <param name="a">Finite values, at least one.</param>
    /// <param name="b">Finite values, at least one.</param>
    /// <exception cref="ArgumentException">A sample is empty.</exception>
    public static KolmogorovSmirnov Of(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        if (a.IsEmpty || b.IsEmpty)
        {
            throw new ArgumentException("There is not one value to compare: a drift of an empty sample is not defined.", nameof(a));
        }

        var (x, y) = (a.ToArray(), b.ToArray());
        Array.Sort(x);
        Array.Sort(y);
        long lead = 0;
        for (int i = 0, j = 0; i < x.Length && j < y.Length;)
        {
            var value = Math.Min(x[i], y[j]);
            while (i < x.Length && x[i] == value)
            {
                i++;
            }

            while (j < y.Length && y[j] == value)
            {
                j++;
            }

            lead = Math.Max(lead, Math.Abs(((long)i * y.Length) - ((long)j * x.Length)));
        }

        return new(x.Length, y.Length, lead);
    }

    /// <summary>
    /// The exact p value without ties: the share of all ways to interleave the samples that reach the statistic (Hodges 1958). Time and memory
    /// grow with the product and the smaller of the row numbers.
    /// </summary>
    public double ExactPValue()
    {
        // reached[j] = share of the lattice paths to (i, j) that have touched the boundary.
        var (n, m) = (First, Second);
        var reached = new double[m + 1];
        for (long i = 0; i <= n; i++)
        {
            for (long j = 0; j <= m; j++)
            {
                if (Math.Abs((i * m) - (j * n)) >= Lead)
                {
                    reached[j] = 1;
                }
                else
                {
                    var before = i == 0 ? 0 : reached[j] * i / (i + j);
                    reached[j] = before + (j == 0 ? 0 : reached[j - 1] * j / (i + j));
                }
            }
        }

        return reached[m];
    }

    /// <summary>Kolmogorov's limit for large samples.</summary>
    public double LimitPValue() => Limit(Math.Sqrt(EffectiveRows) * Statistic);

    /// <summary>The limit with Stephens' 1970 correction for few rows; close to exact from a few dozen on, and cheap at any size.</summary>
    public double StephensPValue()
    {
        var e = Math.Sqrt(EffectiveRows);
        return Limit((e + 0.12 + (0.11 / e)) * Statistic);
    }

    /// <summary>The exact one-sample p value at the rounded effective number of rows, as SciPy's "asymp" mode has it.</summary>
    public double EffectiveRowsPValue() => 1 - OneSample.Cumulative((int)Math.Round(EffectiveRows, MidpointRounding.ToEven), Statistic);

    /// <summary>P(K at least x) of Kolmogorov's distribution, by the series that converges faster.</summary>
    private static double Limit(double x)
    {
        if (x <= 0)
        {
            return 1;
        }

        double sum = 0;
        if (x < 1)
        {
            for (var k = 1; k <= 20; k++)
            {
                var odd = ((2 * k) - 1) * Math.PI / x;
                sum += Math.Exp(-odd * odd / 8);
            }

            return 1 - (Math.Sqrt(2 * Math.PI) / x * sum);
        }

        for (var k = 1; k <= 20; k++)
        {
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2 * k * k * x * x);
        }

        return Math.Min(1, sum);
    }

    /// <summary>The one-sample distribution for finite n: Durbin's matrix in the form of Marsaglia, Tsang and Wang 2003.</summary>
    private static class OneSample
    {
        public static double Cumulative(int n, double d)
        {
            if (n * d < 0.5)
            {
                return 0;
            }

            if (d >= 1)
            {
                return 1;
            }

            var k = (int)(n * d) + 1;
            var size = (2 * k) - 1;
            var h = k - (n * d);
            var matrix = new double[size, size];
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j < size; j++)
                {
                    matrix[i, j] = i - j + 1 < 0 ? 0 : 1;
                }
            }

            for (var i = 0; i < size; i++)
            {
                matrix[i, 0] -= Math.Pow(h, i + 1);
                matrix[size - 1, i] -= Math.Pow(h, size - i);
            }

            matrix[size - 1, 0] += (2 * h) - 1 > 0 ? Math.Pow((2 * h) - 1, size) : 0;
            for (var i = 0; i < size; i++)
            {
                for (var j = 0; j <= i; j++)
                {
                    for (var g = 1; g <= i - j + 1; g++)
                    {
                        matrix[i, j] /= g;
                    }
                }
            }

            var (power, exponent) = Power(matrix, n);
            var result = power[k - 1, k - 1];
            for (var i = 1; i <= n; i++)
            {
                result = result * i / n;
                if (result < 1e-140)
                {
                    result *= 1e140;
                    exponent -= 140;
                }
            }

            return result * Math.Pow(10, exponent);
        }

        /// <summary>The n-th power, kept in range by a decimal exponent.</summary>
        private static (double[,] Matrix, int Exponent) Power(double[,] matrix, int n)
        {
            if (n == 1)
            {
                return (matrix, 0);
            }

            var (half, exponent) = Power(matrix, n / 2);
            var power = Multiply(half, half);
            exponent *= 2;
            power = n % 2 == 0 ? power : Multiply(matrix, power);
            var size = power.GetLength(0);
            if (power[size / 2, size / 2] > 1e140)
            {
                for (var i = 0; i < size; i++)
                {
                    for (var j = 0; j < size; j++)
                    {
                        power[i, j] *= 1e-140;
                    }
                }

                exponent += 140;
            }

            return (power, exponent);
        }

        private static double[,] Multiply(double[,] a, double[,] b)
        {
            var size = a.GetLength(0);
            var product = new double[size, size];
            for (var i = 0; i < size; i++)
            {
                for (var k = 0; k < size; k++)
                {
                    for (var j = 0; j < size; j++)
                    {
                        product[i, j] += a[i, k] * b[k, j];
                    }
                }
            }

            return product;
        }
    }
}
