namespace MlOps.Tuning;

/// <summary>Every combination of given values, one a trial, the last parameter changing fastest; see <see cref="GridSettings"/>.</summary>
internal sealed class GridSampler(GridSettings settings) : ISampler
{
    public ParameterSet? Sample(SearchSpace space, SamplerView view, RandomStream random)
    {
        var axes = space.Parameters.Select(p => Points(p, settings.Points)).ToList();
        var total = axes.Aggregate(1L, (product, axis) => checked(product * axis.Count));
        for (long index = 0; index < total; index++)
        {
            var point = Point(space, axes, index);
            // A point that an earlier trial has tried, or is trying, is done; one that failed is too: it would fail again.
            if (!view.Trials.Any(t => point.All(v => t.Parameters.TryGet(v.Key, out var value) && value == v.Value)))
            {
                return point;
            }
        }

        return null;
    }

    /// <summary>The values of one dimension: all choices, all of a short grid, or so many evenly spaced on the axis with both ends.</summary>
    internal static IReadOnlyList<ParameterValue> Points(SearchParameter parameter, int count)
    {
        if (parameter is CategoricalParameter categorical)
        {
            return [.. categorical.Choices.Select(c => (ParameterValue)c)];
        }

        var axis = ((NumericParameter)parameter).Axis;
        if (axis.Step is { } step && Math.Round((axis.High - axis.Low) / step) < count)
        {
            return [.. Enumerable.Range(0, (int)Math.Round((axis.High - axis.Low) / step) + 1).Select(i => (ParameterValue)Math.Min(axis.High, axis.Low + (i * step)))];
        }

        var (first, last) = (axis.Position(axis.Low), axis.Position(axis.High));
        return [.. Enumerable.Range(0, count).Select(i => (ParameterValue)axis.Value(count == 1 ? (first + last) / 2 : first + ((last - first) * i / (count - 1)))).Distinct()];
    }

    private static ParameterSet Point(SearchSpace space, List<IReadOnlyList<ParameterValue>> axes, long index)
    {
        var values = new KeyValuePair<string, ParameterValue>[axes.Count];
        for (var d = axes.Count - 1; d >= 0; d--)
        {
            (index, var place) = Math.DivRem(index, axes[d].Count);
            values[d] = new(space.Parameters[d].Name, axes[d][(int)place]);
        }

        return new ParameterSet(values);
    }
}
