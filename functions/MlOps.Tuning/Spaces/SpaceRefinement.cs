namespace MlOps.Tuning;

/// <summary>
/// A smaller space for a later run, from the best trials of an earlier one: first narrower ranges, then single values. Trials outside the
/// new space stay in the study and count, but no longer guide the sampler.
/// </summary>
public static class SpaceRefinement
{
    /// <summary>
    /// Each range cut to where the best trials lie, with a margin of half their spread on either side, never beyond the old range; choices cut to those that they used.
    /// </summary>
    /// <param name="space">The space to narrow.</param>
    /// <param name="direction">Whether smaller or larger values are better.</param>
    /// <param name="trials">Trials of the earlier run.</param>
    /// <param name="keep">How many of the best complete trials count, 1 or more.</param>
    /// <exception cref="ArgumentException">No complete trial lies in the space.</exception>
    public static SearchSpace ToRanges(SearchSpace space, Direction direction, IEnumerable<TrialRecord> trials, int keep)
    {
        var best = Best(space, direction, trials, keep);
        return new SearchSpace([.. space.Parameters.Select<SearchParameter, SearchParameter>(p => p is NumericParameter numeric ? Narrowed(numeric, best) : Chosen(p, best))]);
    }

    /// <summary>Each parameter reduced to the values that the best trials used: categorical, in ascending order of numbers.</summary>
    /// <inheritdoc cref="ToRanges" path="/param"/>
    /// <inheritdoc cref="ToRanges" path="/exception"/>
    public static SearchSpace ToValues(SearchSpace space, Direction direction, IEnumerable<TrialRecord> trials, int keep)
    {
        var best = Best(space, direction, trials, keep);
        return new SearchSpace([.. space.Parameters.Select(p => (SearchParameter)Chosen(p, best))]);
    }

    private static List<TrialRecord> Best(SearchSpace space, Direction direction, IEnumerable<TrialRecord> trials, int keep)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentOutOfRangeException.ThrowIfLessThan(keep, 1);
        var sign = direction == Direction.Minimize ? 1 : -1;
        var best = trials.Where(t => t.State == TrialState.Complete && space.Contains(t.Parameters))
            .OrderBy(t => sign * t.Value!.Value).ThenBy(t => t.Number).Take(keep).ToList();
        return best.Count > 0 ? best : throw new ArgumentException("No complete trial lies in the space, so nothing says where to narrow it.", nameof(trials));
    }

    private static NumericParameter Narrowed(NumericParameter parameter, List<TrialRecord> best)
    {
        var axis = parameter.Axis;
        double[] positions = [.. best.Select(t => axis.Position(t.Parameters[parameter.Name].Number))];
        // A single trial, or several at one place, would leave a point: then a tenth of the old range stays open around it.
        var margin = Math.Max((positions.Max() - positions.Min()) / 2, (axis.End - axis.Start) / 20);
        var (low, high) = (axis.Value(positions.Min() - margin), axis.Value(positions.Max() + margin));
        return parameter switch
        {
            IntParameter whole => new IntParameter(whole.Name, (long)low, (long)high, whole.Log, whole.Step),
            FloatParameter real => new FloatParameter(real.Name, low, high, real.Log, real.Step),
            _ => parameter,
        };
    }

    private static CategoricalParameter Chosen(SearchParameter parameter, List<TrialRecord> best)
    {
        var used = best.Select(t => t.Parameters[parameter.Name]).Distinct();
        return parameter is CategoricalParameter categorical
            ? new CategoricalParameter(parameter.Name, [.. categorical.Choices.Where(c => used.Contains(c))])
            : new CategoricalParameter(parameter.Name, [.. used.OrderBy(v => v.Number).Select(v => v.ToString())]);
    }
}
