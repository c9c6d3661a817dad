namespace MlOps.Tabular;

/// <summary>
/// The side rows that one row of the main table sees, as places in the side table's order, by event time: normally a run of places, else a list of them.
/// And room to work in; each thread has its own.
/// </summary>
internal sealed class SeenRows
{
    private int[] _list = new int[64];
    private int[] _codes = new int[64];
    private double[] _numbers = new double[64];
    private double[] _room = new double[64];
    private int _first;
    private bool _isList;

    /// <summary>How many rows are seen.</summary>
    public int Count { get; private set; }

    /// <summary>Sees all places from one to before another.</summary>
    public void Run(int first, int end) => (_first, Count, _isList) = (first, end - first, false);

    /// <summary>Begins a list of up to so many places.</summary>
    public void List(int most)
    {
        if (_list.Length < most)
        {
            _list = new int[Math.Max(most, 2 * _list.Length)];
            (_codes, _numbers) = (new int[_list.Length], new double[_list.Length]);
        }

        (Count, _isList) = (0, true);
    }

    /// <summary>Adds a place to the list.</summary>
    public void Add(int place) => _list[Count++] = place;

    /// <summary>The first of the seen rows whose event is not before a time.</summary>
    public int From(double[] times, double time)
    {
        var (from, to) = (0, Count);
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            if (times[_isList ? _list[middle] : _first + middle] < time)
            {
                from = middle + 1;
            }
            else
            {
                to = middle;
            }
        }

        return from;
    }

    /// <summary>The numbers of the seen rows from one of them on; until the next call.</summary>
    public ReadOnlySpan<double> Numbers(double[] values, int from) =>
        _isList ? Gather(values, _numbers, from) : values.AsSpan(_first + from, Count - from);

    /// <summary>The codes of the seen rows from one of them on; until the next call.</summary>
    public ReadOnlySpan<int> Codes(int[] values, int from) =>
        _isList ? Gather(values, _codes, from) : values.AsSpan(_first + from, Count - from);

    /// <summary>Room for so many numbers, which are not those of <see cref="Numbers"/>.</summary>
    public Span<double> Room(int count)
    {
        if (_room.Length < count)
        {
            _room = new double[Math.Max(count, 2 * _room.Length)];
        }

        return _room.AsSpan(0, count);
    }

    private ReadOnlySpan<T> Gather<T>(T[] values, T[] target, int from)
    {
        for (var i = from; i < Count; i++)
        {
            target[i] = values[_list[i]];
        }

        return target.AsSpan(from, Count - from);
    }
}
