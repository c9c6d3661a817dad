namespace MlOps.Tuning;

/// <summary>What a sampler may see when it suggests the parameters of one trial.</summary>
/// <param name="Direction">Whether smaller or larger values are better.</param>
/// <param name="Seed">The study's seed, for what several trials must draw alike.</param>
/// <param name="Number">Number of the trial to suggest.</param>
/// <param name="Trials">
/// Trials of earlier waves with their results, and earlier trials of the same wave as running ones, whatever has become of
/// them since. In order of their numbers.
/// </param>
internal sealed record SamplerView(Direction Direction, ulong Seed, int Number, IReadOnlyList<TrialRecord> Trials);

/// <summary>
/// Suggests the parameters of the next trial. An implementation is a pure function of its arguments: the same space, view
/// and random stream give the same parameters to the bit.
/// </summary>
internal interface ISampler
{
    /// <summary>One value for each parameter of the space, or null when there is nothing more to suggest.</summary>
    ParameterSet? Sample(SearchSpace space, SamplerView view, RandomStream random);
}
