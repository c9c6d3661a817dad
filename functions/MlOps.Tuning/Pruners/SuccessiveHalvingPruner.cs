namespace MlOps.Tuning;

/// <summary>Asynchronous successive halving; see <see cref="SuccessiveHalvingSettings"/>.</summary>
internal sealed class SuccessiveHalvingPruner(SuccessiveHalvingSettings settings) : IPruner
{
    /// <summary>Step of the first rung, once it is known.</summary>
    public int? MinResource { get; private set; } = settings.MinResource;

    public void Fix(IReadOnlyList<TrialRecord> trials)
    {
        if (MinResource is null && trials.Where(t => t.State == TrialState.Complete).Max(t => t.LastStep) is { } last)
        {
            MinResource = Math.Max(1, last / 100);
        }
    }

    public Judgement Judge(PrunerView view)
    {
        Fix(view.Others);
        if (view.Trial.LastStep is not { } step || MinResource is not { } minResource)
        {
            return new Judgement(view.Trial, Prune: false);
        }

        var value = view.Trial.Intermediate[step];
        var rungs = new SortedDictionary<int, double>(view.Trial.Rungs);
        var prune = false;
        // The trial climbs every rung whose step it has reached, until one turns it away. A rung once taken is never judged again.
        while (!prune && step >= minResource * Math.Pow(settings.ReductionFactor, settings.MinEarlyStoppingRate + rungs.Count))
        {
            if (double.IsNaN(value))
            {
                prune = true;
                break;
            }

            var rung = rungs.Count;
            rungs[rung] = value;
            prune = !IsPromoted(view, rung, value);
        }

        return new Judgement(view.Trial with { Rungs = rungs }, prune);
    }

    /// <summary>Whether a value is among the best 1/factor of those that reached the rung, its own included.</summary>
    private bool IsPromoted(PrunerView view, int rung, double value)
    {
        List<double> competitors = [value, .. view.Others.Where(t => t.Rungs.ContainsKey(rung)).Select(t => t.Rungs[rung])];
        if (competitors.Count <= settings.BootstrapCount)
        {
            return false;
        }

        competitors.Sort();
        if (view.Direction == Direction.Maximize)
        {
            competitors.Reverse();
        }

        var places = Math.Max(1, competitors.Count / settings.ReductionFactor);
        return !view.IsWorse(value, competitors[places - 1]);
    }
}
