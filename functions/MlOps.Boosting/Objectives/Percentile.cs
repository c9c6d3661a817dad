namespace MlOps.Boosting.Objectives;

/// <summary>Percentiles as LightGBM interpolates them (src/objective/regression_objective.hpp).</summary>
internal static class Percentile
{
    /// <summary>Percentile of values that all weigh the same.</summary>
    /// <param name="values">At least one value; sorted in place.</param>
    /// <param name="alpha">Share of the values below.</param>
    public static double Of(Span<double> values, double alpha)
    {
        if (values.Length <= 1)
        {
            return values[0];
        }

        double position = (values.Length - 1) * (1.0 - alpha);
        int place = (int)position + 1;
        values.Sort();
        if (place < 1)
        {
            return values[^1];
        }

        if (place >= values.Length)
        {
            return values[0];
        }

        double bias = position - (place - 1);
        double upper = values[^place];
        double lower = values[^(place + 1)];
        return upper - ((upper - lower) * bias);
    }

    /// <summary>Percentile of float labels: differences are taken in floats and the result is rounded to a float.</summary>
    public static float OfLabels(ReadOnlySpan<float> labels, double alpha)
    {
        float[] values = labels.ToArray();
        if (values.Length <= 1)
        {
            return values[0];
        }

        double position = (values.Length - 1) * (1.0 - alpha);
        int place = (int)position + 1;
        Array.Sort(values);
        if (place < 1)
        {
            return values[^1];
        }

        if (place >= values.Length)
        {
            return values[0];
        }

        double bias = position - (place - 1);
        float upper = values[^place];
        float lower = values[^(place + 1)];
        return (float)(upper - ((upper - lower) * bias));
    }

    /// <summary>Percentile of weighted values, as LightGBM has it since 4.7: between values of a weight below 1 the lower one.</summary>
    /// <param name="values">Values.</param>
    /// <param name="weights">Their weights.</param>
    /// <param name="alpha">Share of the weight below.</param>
    /// <param name="inFloats">Whether values are float labels, whose differences and result are rounded to floats.</param>
    public static double Weighted(ReadOnlySpan<double> values, ReadOnlySpan<float> weights, double alpha, bool inFloats)
    {
        int n = values.Length;
        if (n <= 1)
        {
            return values[0];
        }

        double[] copy = values.ToArray();
        int[] order = [.. Enumerable.Range(0, n).OrderBy(i => copy[i])];
        var cumulated = new double[n];
        cumulated[0] = weights[order[0]];
        for (int i = 1; i < n; i++)
        {
            cumulated[i] = cumulated[i - 1] + weights[order[i]];
        }

        double threshold = cumulated[n - 1] * alpha;
        int position = 0;
        while (position < n && cumulated[position] <= threshold)
        {
            position++;
        }

        position = Math.Min(position, n - 1);
        if (position == 0 || position == n - 1)
        {
            return copy[order[position]];
        }

        double v1 = copy[order[position - 1]];
        double v2 = copy[order[position]];
        double step = cumulated[position] - cumulated[position - 1];
        if (step < 1)
        {
            return v1;
        }

        double difference = inFloats ? (float)v2 - (float)v1 : v2 - v1;
        double result = ((threshold - cumulated[position - 1]) / step * difference) + v1;
        return inFloats ? (float)result : result;
    }
}
