using System.Globalization;

namespace MlOps.Tabular;

/// <summary>What a join makes of a column of numbers.</summary>
internal sealed class NumberAggregates : SideAggregates
{
    private readonly double[] _values;
    private readonly double[][] _results;
    private readonly AggregateFunction[] _functions;
    private readonly double[] _wanted;
    private readonly bool _isLast;

    public NumberAggregates(IReadOnlyList<Aggregate> aggregates, double[] values, int rows)
        : base(aggregates)
    {
        _values = values;
        _results = [.. aggregates.Select(_ => GC.AllocateUninitializedArray<double>(rows))];
        _functions = [.. aggregates.Select(a => a.Function)];
        _wanted = [.. aggregates.Select(a => a.Value is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN)];
        _isLast = Array.TrueForAll(_functions, f => f == AggregateFunction.Last);
    }

    public override void SetMissing(int row)
    {
        foreach (var results in _results)
        {
            results[row] = double.NaN;
        }
    }

    public override void Set(int row, SeenRows seen, int from)
    {
        var values = seen.Numbers(_values, from);
        if (_isLast)
        {
            SetLast(row, values);
            return;
        }

        // Added one after the other, in the order of the rows: another order would give other bits.
        var (count, sum, least, most, last) = (0, 0.0, double.PositiveInfinity, double.NegativeInfinity, double.NaN);
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
            {
                count++;
                sum += value;
                least = value < least ? value : least;
                most = value > most ? value : most;
                last = value;
            }
        }

        for (var i = 0; i < _functions.Length; i++)
        {
            _results[i][row] = _functions[i] switch
            {
                AggregateFunction.Count => count,
                AggregateFunction.Distinct => Distinct(Held(values, seen.Room(count))),
                _ when count == 0 => double.NaN,
                AggregateFunction.Sum => sum,
                AggregateFunction.Mean => sum / count,
                AggregateFunction.Min => least,
                AggregateFunction.Max => most,
                AggregateFunction.Share => (double)values.Count(_wanted[i]) / count,
                _ => last,
            };
        }
    }

    public override IEnumerable<Column> Finish() => _results.Select((results, i) => new NumberColumn(Aggregates[i].Name, results));

    private void SetLast(int row, ReadOnlySpan<double> values)
    {
        var at = values.Length - 1;
        while (at >= 0 && double.IsNaN(values[at]))
        {
            at--;
        }

        foreach (var results in _results)
        {
            results[row] = at < 0 ? double.NaN : values[at];
        }
    }

    // The numbers that are there.
    private static Span<double> Held(ReadOnlySpan<double> values, Span<double> room)
    {
        var count = 0;
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
            {
                room[count++] = value;
            }
        }

        return room;
    }
}
