namespace MlOps.Tuning;

/// <summary>Weights of observations, oldest first: the newest 25 count fully, older ones less, linearly down to 1/n.</summary>
internal static class ObservationWeights
{
    private const int Full = 25;

    /// <summary>Weights before normalisation, without the prior's.</summary>
    public static double[] Of(int observations)
    {
        var weights = new double[observations];
        Array.Fill(weights, 1);
        var older = observations - Full;
        for (var i = 0; i < older; i++)
        {
            var first = 1.0 / observations;
            weights[i] = older == 1 ? first : first + (i * ((1 - first) / (older - 1)));
        }

        return weights;
    }

    /// <summary>Weights of the kernels: the observations', then the prior's (1), divided by their sum.</summary>
    public static double[] OfKernels(int observations)
    {
        double[] weights = [.. Of(observations), 1];
        var sum = weights.Sum();
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] /= sum;
        }

        return weights;
    }
}
