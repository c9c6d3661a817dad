namespace MlOps.Tuning;

/// <summary>The scaled complementary error function, from which the tails of the normal distribution follow without underflow.</summary>
internal static class ErrorFunction
{
    // (1 + 2x) exp(x^2) erfc(x) as a Chebyshev series in t = (x - 3.75) / (x + 3.75), after Shepherd and Laframboise 1981;
    // the coefficients were computed anew with 40 digits. The next one is 2e-18.
    private static ReadOnlySpan<double> Series =>
    [
        2.3551578691348035082, -0.0045900545806464773309, -0.084249133366517915584, 0.059209939998191890498,
        -0.026658668435305752277, 0.0090749976707052650939, -0.0024131635404176081909, 0.00049077583652580863229,
        -0.000069169733025012063671, 4.1390279860730101675e-6, 7.7403830661984906686e-7, -2.1886401049234395661e-7,
        1.0764999465670910377e-8, 4.5219598112182868979e-9, -7.7544002088313511065e-10, -6.3180883408866844944e-11,
        2.8687950109306698981e-11, 1.945586854577734723e-13, -9.6546967484334389059e-13, 3.2525481481487398415e-14,
        3.3478119482868053878e-14, -1.8645628804193131015e-15, -1.2507950530688647085e-15, 7.418235256624043463e-17,
        5.0681489047961113168e-17,
    ];

    /// <summary>exp(x^2) erfc(x) for x of 0 or more, to a few units in the last place.</summary>
    public static double ScaledComplement(double x)
    {
        var t = (x - 3.75) / (x + 3.75);
        var series = Series;
        double b1 = 0, b2 = 0;
        for (var i = series.Length - 1; i > 0; i--)
        {
            (b1, b2) = ((2 * t * b1) - b2 + series[i], b1);
        }

        return ((t * b1) - b2 + (0.5 * series[0])) / (1 + (2 * x));
    }
}
