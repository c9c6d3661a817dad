namespace MlOps.Tuning;

/// <summary>Discrete distributions over the choices, one an observation, each leaning to the observed choice; the prior is uniform.</summary>
internal sealed class CategoricalKernels : Kernels
{
    private readonly CategoricalParameter _parameter;

    public CategoricalKernels(CategoricalParameter parameter, IReadOnlyList<ParameterValue> observations)
    {
        _parameter = parameter;
        var (n, choices) = (observations.Count, parameter.Choices.Count);
        Probabilities = new double[n + 1][];
        for (var i = 0; i <= n; i++)
        {
            var row = new double[choices];
            Array.Fill(row, 1.0 / (n + 1));
            if (i < n)
            {
                row[parameter.IndexOf(observations[i])] += 1;
            }

            var sum = row.Sum();
            for (var c = 0; c < choices; c++)
            {
                row[c] /= sum;
            }

            Probabilities[i] = row;
        }
    }

    /// <summary>Probability of each choice, a row a kernel.</summary>
    public double[][] Probabilities { get; }

    public override void AddLogDensities(ParameterValue value, Span<double> sums)
    {
        var choice = _parameter.IndexOf(value);
        for (var i = 0; i < sums.Length; i++)
        {
            sums[i] += Math.Log(Probabilities[i][choice]);
        }
    }

    public override ParameterValue Draw(int kernel, double uniform) => _parameter.Choices[Discrete.Draw(Probabilities[kernel], uniform)];
}

/// <summary>Draws from a list of probabilities.</summary>
internal static class Discrete
{
    /// <summary>The first index whose cumulative probability exceeds the uniform number.</summary>
    public static int Draw(ReadOnlySpan<double> probabilities, double uniform)
    {
        var sum = 0.0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            sum += probabilities[i];
            if (uniform < sum)
            {
                return i;
            }
        }

        return probabilities.Length - 1;
    }
}
