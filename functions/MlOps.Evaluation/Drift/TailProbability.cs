namespace MlOps.Evaluation.Drift;

/// <summary>Tail probabilities of the normal and the chi-square distribution.</summary>
public static class TailProbability
{
    /// <summary>The standard normal distribution's 97.5 % quantile, for two-sided 95 % intervals.</summary>
    public const double Z975 = 1.959963984540054;

    /// <summary>P(|Z| at least |z|) of the standard normal distribution. NaN for NaN.</summary>
    /// <param name="z">A standard score.</param>
    public static double NormalTwoSided(double z) => ChiSquare(z * z, 1);

    /// <summary>P(X at least x) of the chi-square distribution.</summary>
    /// <param name="x">The statistic, 0 or more; infinity gives 0.</param>
    /// <param name="degrees">Degrees of freedom, 1 or more; with 0 there is nothing to test and the answer is 1.</param>
    public static double ChiSquare(double x, int degrees) => (x, degrees) switch
    {
        ({ } v, _) when double.IsNaN(v) => double.NaN,
        (_, 0) or ( <= 0, _) => 1,
        (double.PositiveInfinity, _) => 0,
        _ => UpperGamma(degrees / 2.0, x / 2, LogGammaOfHalf(degrees)),
    };

    /// <summary>Regularised upper incomplete gamma function (Abramowitz and Stegun 6.5.29 below a + 1, 6.5.31 above).</summary>
    private static double UpperGamma(double a, double x, double logGamma)
    {
        var front = Math.Exp((a * Math.Log(x)) - x - logGamma);
        if (x < a + 1)
        {
            double term = 1 / a, sum = term;
            for (var n = 1; Math.Abs(term) > 1e-17 * sum; n++)
            {
                term *= x / (a + n);
                sum += term;
            }

            return 1 - (front * sum);
        }

        // Continued fraction by Lentz's method; b grows by 2 a step, so it converges for every x above a + 1.
        var b = x + 1 - a;
        var (c, d) = (1e300, 1 / b);
        var h = d;
        for (var n = 1; n < 100_000; n++)
        {
            var an = -n * (n - a);
            b += 2;
            d = 1 / (b + (an * d));
            c = b + (an / c);
            var step = c * d;
            h *= step;
            if (Math.Abs(step - 1) < 1e-16)
            {
                break;
            }
        }

        return front * h;
    }

    /// <summary>log Γ(n / 2), by recurrence from Γ(1/2) = √π or Γ(1) = 1.</summary>
    private static double LogGammaOfHalf(int n)
    {
        var log = n % 2 == 1 ? 0.5 * Math.Log(Math.PI) : 0;
        for (var k = n % 2 == 1 ? 1 : 2; k < n; k += 2)
        {
            log += Math.Log(k / 2.0);
        }

        return log;
    }
}
