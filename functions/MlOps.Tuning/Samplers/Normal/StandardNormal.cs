namespace MlOps.Tuning;

/// <summary>Logarithms of probabilities of the standard normal distribution, and their inverse. Exact far into the tails.</summary>
internal static class StandardNormal
{
    private const double LogSqrtTwoPi = 0.91893853320467274178;
    private const double Ln2 = 0.69314718055994530942;
    private const double InverseSqrt2 = 0.70710678118654752440;

    /// <summary>log of the density at x.</summary>
    public static double LogDensity(double x) => (-0.5 * x * x) - LogSqrtTwoPi;

    /// <summary>log of P(X at most x).</summary>
    public static double LogCumulative(double x) => x <= 0
        ? Math.Log(0.5 * ErrorFunction.ScaledComplement(-x * InverseSqrt2)) - (0.5 * x * x)
        : Log1P(-Tail(x));

    /// <summary>log of P(a at most X at most b), for a at most b.</summary>
    public static double LogMass(double a, double b)
    {
        if (a > 0)
        {
            (a, b) = (-b, -a);
        }

        var width = b - a;
        var middle = 0.5 * (a + b);
        if (width * Math.Max(1, Math.Abs(middle)) < 0.02)
        {
            // A narrow cell: differences of tails would cancel. Integral of the density's Taylor series about the middle.
            var (m2, w2) = (middle * middle, width * width);
            return LogDensity(middle) + Math.Log(width) + Log1P((w2 / 24 * (m2 - 1)) + (w2 * w2 / 1920 * ((m2 * m2) - (6 * m2) + 3)));
        }

        if (b > 0)
        {
            return Log1P(-(Tail(-a) + Tail(b)));
        }

        if (b > -25)
        {
            return Math.Log(Tail(-b) - Tail(-a));
        }

        // Beyond 25 standard deviations only logarithms are left.
        var (near, far) = (LogCumulative(b), LogCumulative(a));
        return near + Log1P(-Math.Exp(far - near));
    }

    /// <summary>
    /// Quantile of the standard normal distribution cut to [a, b]: the x below which the share <paramref name="u"/> of the mass lies.
    /// </summary>
    /// <param name="u">A share in [0, 1].</param>
    /// <param name="a">Left end.</param>
    /// <param name="b">Right end.</param>
    /// <param name="logMass">log of the mass in [a, b].</param>
    public static double TruncatedQuantile(double u, double a, double b, double logMass)
    {
        if (u <= 0)
        {
            return a;
        }

        if (u >= 1)
        {
            return b;
        }

        // The tail that holds at most half is inverted; the other is too close to 1 to tell points apart.
        var below = AddLogs(LogCumulative(a), Math.Log(u) + logMass);
        var x = below <= -Ln2
            ? InverseLogCumulative(below)
            : -InverseLogCumulative(AddLogs(LogCumulative(-b), Log1P(-u) + logMass));
        return Math.Clamp(x, a, b);
    }

    /// <summary>log(1 + x) without loss near 0 (Kahan's form).</summary>
    internal static double Log1P(double x)
    {
        var y = 1 + x;
        return y == 1 ? x : Math.Log(y) * (x / (y - 1));
    }

    /// <summary>P(X at least x) for x of 0 or more.</summary>
    private static double Tail(double x) => 0.5 * ErrorFunction.ScaledComplement(x * InverseSqrt2) * Math.Exp(-0.5 * x * x);

    /// <summary>The x at or below 0 with log P(X at most x) = y, by Newton's method: the function is concave, and the start lies left of the root, so every step stays left.</summary>
    private static double InverseLogCumulative(double y)
    {
        if (y > -Ln2)
        {
            return 0;
        }

        var x = -Math.Sqrt(-2 * y);
        for (var i = 0; i < 50; i++)
        {
            var value = LogCumulative(x);
            var step = (y - value) * Math.Exp(value - LogDensity(x));
            x += step;
            if (Math.Abs(step) <= 1e-15 * Math.Abs(x) + 1e-300)
            {
                break;
            }
        }

        return x;
    }

    private static double AddLogs(double a, double b)
    {
        var (large, small) = a > b ? (a, b) : (b, a);
        return double.IsNegativeInfinity(small) ? large : large + Log1P(Math.Exp(small - large));
    }
}
