namespace MlOps.Tuning;

/// <summary>
/// Latin hypercube samples (McKay, Beckman and Conover 1979): of each block of trials every one falls into another stratum of
/// each parameter, so that a few trials see the whole range. Within a stratum the place is random.
/// </summary>
/// <param name="block">Trials in a block and strata of a parameter, 1 or more.</param>
internal sealed class StratifiedSampler(int block) : ISampler
{
    public ParameterSet Sample(SearchSpace space, SamplerView view, RandomStream random)
    {
        var (number, place) = Math.DivRem(view.Number, block);
        // One stream a block, apart from those of trials: all trials of a block must see the same permutations.
        var shared = new RandomStream(view.Seed, -1 - number);
        var values = new List<KeyValuePair<string, ParameterValue>>();
        foreach (var parameter in space.Parameters)
        {
            var stratum = Permutation(block, shared)[place];
            values.Add(new(parameter.Name, RandomSampler.Draw(parameter, (stratum + random.NextDouble()) / block)));
        }

        return new ParameterSet(values);
    }

    /// <summary>The numbers 0 to count - 1 in random order (Fisher and Yates).</summary>
    private static int[] Permutation(int count, RandomStream random)
    {
        var order = Enumerable.Range(0, count).ToArray();
        for (var i = count - 1; i > 0; i--)
        {
            var j = random.NextIndex(i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }
}
