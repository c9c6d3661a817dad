namespace MlOps.Evaluation.Drift;

/// <summary>p values adjusted for the number of tests, in the order given. Reject where the adjusted value is at most the level.</summary>
public static class MultipleTesting
{
    /// <summary>Benjamini and Hochberg 1995: holds the share of false alarms among all alarms.</summary>
    public static double[] BenjaminiHochberg(ReadOnlySpan<double> p) => StepUp(p, 1);

    /// <summary>Benjamini and Yekutieli 2001: the same under any dependence of the tests.</summary>
    public static double[] BenjaminiYekutieli(ReadOnlySpan<double> p) => StepUp(p, Enumerable.Range(1, p.Length).Sum(i => 1.0 / i));

    /// <summary>Holm 1979: holds the chance of any false alarm.</summary>
    public static double[] Holm(ReadOnlySpan<double> p)
    {
        var (order, adjusted) = (Order(p), new double[p.Length]);
        double running = 0;
        for (var k = 0; k < order.Length; k++)
        {
            running = Math.Max(running, Math.Min(1, p[order[k]] * (order.Length - k)));
            adjusted[order[k]] = running;
        }

        return adjusted;
    }

    /// <summary>Bonferroni: p times the number of tests, 1 at most.</summary>
    public static double[] Bonferroni(ReadOnlySpan<double> p)
    {
        var adjusted = p.ToArray();
        foreach (ref var value in adjusted.AsSpan())
        {
            value = Math.Min(1, value * adjusted.Length);
        }

        return adjusted;
    }

    private static double[] StepUp(ReadOnlySpan<double> p, double factor)
    {
        var (order, adjusted) = (Order(p), new double[p.Length]);
        double running = 1;
        for (var k = order.Length - 1; k >= 0; k--)
        {
            running = Math.Min(running, p[order[k]] * factor * order.Length / (k + 1));
            adjusted[order[k]] = running;
        }

        return adjusted;
    }

    private static int[] Order(ReadOnlySpan<double> p)
    {
        var values = p.ToArray();
        return [.. Enumerable.Range(0, values.Length).OrderBy(i => values[i])];
    }
}
