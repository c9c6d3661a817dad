namespace MlOps.Tuning;

/// <summary>The tree-structured Parzen estimator; see <see cref="TpeSettings"/>.</summary>
internal sealed class TpeSampler(TpeSettings settings) : ISampler
{
    private readonly ISampler _start = settings.StratifiedStart && settings.StartupTrials > 0 ? new StratifiedSampler(settings.StartupTrials) : new RandomSampler();

    public ParameterSet? Sample(SearchSpace space, SamplerView view, RandomStream random)
    {
        var finished = view.Trials.Count(t => t.IsFinished);
        if (finished < settings.StartupTrials)
        {
            return _start.Sample(space, view, random);
        }

        var searched = space.Parameters.Where(p => !p.IsSingle).ToList();
        if (settings.RefineEvery > 0 && finished >= 2 * settings.StartupTrials && view.Number % settings.RefineEvery == settings.RefineEvery - 1
            && Refinement.Of(space, searched, view, random) is { } refined)
        {
            return refined;
        }

        var (below, above) = TrialSplit.Split(view.Trials, view.Direction, settings.ConstantLiar);
        var chosen = new Dictionary<string, ParameterValue>();
        foreach (var group in settings.Multivariate && searched.Count > 0 ? [searched] : searched.Select(p => new List<SearchParameter> { p }))
        {
            var (good, others) = Estimators(group, below, above);
            var point = Choose(good, others, random);
            for (var i = 0; i < point.Length; i++)
            {
                chosen[group[i].Name] = point[i];
            }
        }

        return new ParameterSet(space.Parameters.Select(p => KeyValuePair.Create(p.Name, p.IsSingle ? RandomSampler.Draw(p, 0) : chosen[p.Name])));
    }

    /// <summary>The densities l (of the good trials) and g (of the others) over some parameters.</summary>
    internal (ParzenEstimator Good, ParzenEstimator Others) Estimators(IReadOnlyList<SearchParameter> parameters, List<TrialRecord> below, List<TrialRecord> above)
    {
        // One dimension has no use for the joint rule: univariate mode always takes the neighbours.
        var bandwidth = settings.Multivariate ? settings.Bandwidth : TpeBandwidth.Neighbour;
        return (new ParzenEstimator(parameters, below, bandwidth), new ParzenEstimator(parameters, above, bandwidth));
    }

    /// <summary>The candidate with the largest log l - log g, the first of equals.</summary>
    private ParameterValue[] Choose(ParzenEstimator good, ParzenEstimator others, RandomStream random)
    {
        ParameterValue[]? best = null;
        var bestGain = double.NegativeInfinity;
        for (var i = 0; i < settings.Candidates; i++)
        {
            var candidate = good.Draw(random);
            var gain = good.LogDensity(candidate) - others.LogDensity(candidate);
            if (best is null || gain > bestGain)
            {
                (best, bestGain) = (candidate, gain);
            }
        }

        return best!;
    }
}
