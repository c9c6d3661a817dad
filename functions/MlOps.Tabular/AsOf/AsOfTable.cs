namespace MlOps.Tabular;

/// <summary>
/// A side table, ready to be joined as of a time. It has two clocks: <i>event time</i>, when something took place, and <i>known</i>, from when on
/// a row told of it. A row of the main table, at its own time t and with what was known at time k, sees a side row of its key where
/// <list type="bullet">
/// <item>its event lies before t: at t itself it may be what came of the main row, or its label, so equality is the future;</item>
/// <item>it was known at k or earlier: what has been delivered by then can be used then, so equality is the past;</item>
/// <item>no later delivery that was known at k tells of the same key and event time: such a delivery stands in place of all rows that an
/// earlier one had of them, and rows that come together stand together.</item>
/// </list>
/// So a late or corrected row changes what is known from its arrival on, and never what was known before. Deliveries are in order of the time at
/// which they were known and, at the same time, of their files.
/// </summary>
/// <remarks>
/// Layout: rows are grouped by key, and in each group ordered by event time, known, file and row; a table of starts says where groups begin.
/// What a row of the main table sees is therefore found by one binary search and read forwards.
/// </remarks>
public sealed class AsOfTable
{
    // Groups of so many rows are sorted in place.
    private const int Few = 32;

    private readonly Dictionary<string, int> _groups = new(StringComparer.Ordinal);
    private readonly int[] _starts;
    private readonly double[] _times;
    private readonly double[] _known;
    private readonly int[] _files;

    // Whether some event time of the group has more than one delivery; most groups have none, and every row of them stands for itself.
    private readonly bool[] _corrected;
    private readonly Dictionary<string, Column> _columns = new(StringComparer.Ordinal);

    /// <summary>Puts the files of a side table together.</summary>
    /// <param name="files">Its files, in the order of their deliveries; all with the same columns.</param>
    /// <param name="threads">Threads, 1 or more; the result does not depend on them.</param>
    public AsOfTable(IReadOnlyList<SideRows> files, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(files);
        var groupOf = GroupRows(files, out var starts);
        _starts = starts;
        (_times, _known, _files) = (new double[starts[^1]], new double[starts[^1]], new int[starts[^1]]);
        var rows = Scatter(files, groupOf);
        _corrected = new bool[_groups.Count];
        var blocks = Math.Clamp(_groups.Count / 1024, 1, threads * 4);
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, block =>
        {
            var end = (int)((long)_groups.Count * (block + 1) / blocks);
            for (var group = (int)((long)_groups.Count * block / blocks); group < end; group++)
            {
                Order(group, rows);
            }
        });

        foreach (var column in files.Count == 0 ? [] : Table.Concatenate([.. files.Select(f => f.Values)]).Columns)
        {
            _columns[column.Name] = column.TakeRows(rows);
        }
    }

    /// <summary>Rows that can ever be seen: those with a key and an event time.</summary>
    public int RowCount => _times.Length;

    /// <summary>Joins the table to the rows of another one.</summary>
    /// <param name="keys">Key of each row.</param>
    /// <param name="asOf">Time of each row, in seconds since 1970-01-01T00:00:00Z; where it is NaN, or the key is missing, nothing is known and every new column is missing.</param>
    /// <param name="knownAt">What was known when counts for each row, in the same seconds; normally the same as <paramref name="asOf"/>.</param>
    /// <param name="aggregates">Columns to add, with distinct names.</param>
    /// <param name="threads">Threads, 1 or more; the result does not depend on them.</param>
    /// <returns>The new columns, in the order asked for.</returns>
    /// <exception cref="ArgumentException">Lengths differ, or a function does not fit its column.</exception>
    public IReadOnlyList<Column> Join(Column keys, double[] asOf, double[] knownAt, IReadOnlyList<Aggregate> aggregates, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(asOf);
        ArgumentNullException.ThrowIfNull(knownAt);
        ArgumentNullException.ThrowIfNull(aggregates);
        if (asOf.Length != keys.RowCount || knownAt.Length != keys.RowCount)
        {
            throw new ArgumentException($"{keys.RowCount} keys, {asOf.Length} times and {knownAt.Length} times of what is known.", nameof(asOf));
        }

        AggregateColumn[] columns = [.. aggregates.Select(a => AggregateColumn.Of(a, _columns.GetValueOrDefault(a.Column), keys.RowCount))];
        var groups = GroupsOf(keys);
        double[] windows = [.. columns.Select(c => c.Window).Distinct()];
        int[] windowOf = [.. columns.Select(c => Array.IndexOf(windows, c.Window))];
        var widest = windows.Length == 0 ? 0 : windows.Max();
        var blocks = Math.Max(1, Math.Min(threads * 4, keys.RowCount / 1024));
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, block =>
        {
            var seen = new SeenRows();
            var starts = new int[windows.Length];
            var end = (int)((long)keys.RowCount * (block + 1) / blocks);
            for (var row = (int)((long)keys.RowCount * block / blocks); row < end; row++)
            {
                if (keys.IsMissing(row) || double.IsNaN(asOf[row]) || double.IsNaN(knownAt[row]))
                {
                    foreach (var column in columns)
                    {
                        column.SetMissing(row);
                    }

                    continue;
                }

                See(groups[row], asOf[row], knownAt[row], asOf[row] - widest, seen);
                for (var window = 0; window < windows.Length; window++)
                {
                    starts[window] = seen.From(_times, asOf[row] - windows[window]);
                }

                for (var i = 0; i < columns.Length; i++)
                {
                    columns[i].Set(row, seen.Rows.AsSpan(starts[windowOf[i]], seen.Count - starts[windowOf[i]]), seen);
                }
            }
        });
        return [.. columns.Select(c => c.Finish())];
    }

    // The rows of a group that are seen, in order of event time.
    private void See(int group, double asOf, double knownAt, double from, SeenRows seen)
    {
        seen.Count = 0;
        if (group < 0)
        {
            return;
        }

        var (start, end) = (_starts[group], Before(asOf, _starts[group], _starts[group + 1]));
        start = Before(from, start, end);
        seen.Reserve(end - start);
        if (!_corrected[group])
        {
            for (var i = start; i < end; i++)
            {
                if (_known[i] <= knownAt)
                {
                    seen.Rows[seen.Count++] = i;
                }
            }

            return;
        }

        for (var i = start; i < end;)
        {
            // Of the rows of one event time the last delivery that was known, which stands behind the others.
            var (time, last) = (_times[i], -1);
            for (; i < end && _times[i] == time; i++)
            {
                last = _known[i] <= knownAt ? i : last;
            }

            var first = last;
            while (first > start && _times[first - 1] == time && _files[first - 1] == _files[last] && _known[first - 1] == _known[last])
            {
                first--;
            }

            for (; last >= 0 && first <= last; first++)
            {
                seen.Rows[seen.Count++] = first;
            }
        }
    }

    // The first place in the order whose time is not before this one.
    private int Before(double time, int from, int to)
    {
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            if (_times[middle] < time)
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

    private int[] GroupsOf(Column keys)
    {
        if (keys is TextColumn text)
        {
            var groupOf = Array.ConvertAll([.. text.Categories], key => _groups.GetValueOrDefault(key, -1));
            return Array.ConvertAll(text.Codes, code => code < 0 ? -1 : groupOf[code]);
        }

        var groups = new int[keys.RowCount];
        for (var row = 0; row < groups.Length; row++)
        {
            groups[row] = keys.Text(row) is { } key ? _groups.GetValueOrDefault(key, -1) : -1;
        }

        return groups;
    }

    // The group of each row of each file, -1 where it can never be seen; and where the groups begin in the order.
    private List<int[]> GroupRows(IReadOnlyList<SideRows> files, out int[] starts)
    {
        var groupOf = new List<int[]>(files.Count);
        var sizes = new List<int>();
        foreach (var file in files)
        {
            var ofCategory = Array.ConvertAll([.. file.Keys.Categories], GroupOf);
            var ofRow = new int[file.Times.Length];
            for (var row = 0; row < ofRow.Length; row++)
            {
                var code = file.Keys.Codes[row];
                ofRow[row] = code < 0 || double.IsNaN(file.Times[row]) ? -1 : ofCategory[code];
                if (ofRow[row] >= 0)
                {
                    sizes[ofRow[row]]++;
                }
            }

            groupOf.Add(ofRow);
        }

        starts = new int[sizes.Count + 1];
        for (var group = 0; group < sizes.Count; group++)
        {
            starts[group + 1] = checked(starts[group] + sizes[group]);
        }

        return groupOf;

        int GroupOf(string key)
        {
            if (!_groups.TryGetValue(key, out var group))
            {
                group = sizes.Count;
                sizes.Add(0);
                _groups.Add(key, group);
            }

            return group;
        }
    }

    // Puts the rows into their groups in the order of files and rows; says for each place which row of all files it is.
    private int[] Scatter(IReadOnlyList<SideRows> files, List<int[]> groupOf)
    {
        var rows = new int[_times.Length];
        var next = _starts.AsSpan(0, _groups.Count).ToArray();
        var first = 0;
        for (var file = 0; file < files.Count; file++)
        {
            var (times, known) = (files[file].Times, files[file].Known);
            for (var row = 0; row < times.Length; row++)
            {
                if (groupOf[file][row] is >= 0 and var group)
                {
                    var place = next[group]++;
                    // Without a time of its own a row is known as soon as its event has taken place.
                    (_times[place], _known[place]) = (times[row], double.IsNaN(known[row]) ? times[row] : known[row]);
                    (_files[place], rows[place]) = (file, first + row);
                }
            }

            first = checked(first + times.Length);
        }

        return rows;
    }

    // Files that come month by month are in order already.
    private void Order(int group, int[] rows)
    {
        var (start, end) = (_starts[group], _starts[group + 1]);
        for (var i = start + 1; i < end; i++)
        {
            if (IsBefore(_times[i], _known[i], i - 1))
            {
                if (end - start <= Few)
                {
                    Insert(i, start, rows);
                }
                else
                {
                    Sort(start, end, rows);
                    break;
                }
            }
        }

        for (var i = start + 1; i < end && !_corrected[group]; i++)
        {
            _corrected[group] = _times[i] == _times[i - 1] && (_files[i] != _files[i - 1] || _known[i] != _known[i - 1]);
        }
    }

    private bool IsBefore(double time, double known, int place) =>
        time < _times[place] || (time == _times[place] && known < _known[place]);

    // Moves the row at a place to where it belongs among those before it, behind its equals.
    private void Insert(int place, int start, int[] rows)
    {
        var (time, known, file, row) = (_times[place], _known[place], _files[place], rows[place]);
        for (; place > start && IsBefore(time, known, place - 1); place--)
        {
            (_times[place], _known[place], _files[place], rows[place]) = (_times[place - 1], _known[place - 1], _files[place - 1], rows[place - 1]);
        }

        (_times[place], _known[place], _files[place], rows[place]) = (time, known, file, row);
    }

    // By event time, known, file and row; the last two are the order in which the rows lie here, so equal ones keep their places.
    private void Sort(int start, int end, int[] rows)
    {
        var places = new (double Time, double Known, int File, int Row)[end - start];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = (_times[start + i], _known[start + i], _files[start + i], rows[start + i]);
        }

        places.AsSpan().Sort();
        for (var i = 0; i < places.Length; i++)
        {
            (_times[start + i], _known[start + i], _files[start + i], rows[start + i]) = places[i];
        }
    }
}
