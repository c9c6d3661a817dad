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
/// Layout: rows are grouped by key, and in each group ordered by event time, known, file and row (<see cref="SideOrder"/>); a table of starts says where
/// groups begin. What a row of the main table sees is therefore found by one binary search, and is a run of neighbours unless something of it came late or
/// was corrected.
/// </remarks>
public sealed class AsOfTable
{
    // In place of a group: a key that the side table does not have, and no key at all.
    private const int Nobody = -1;
    private const int Missing = -2;

    private readonly Dictionary<string, int> _groups;
    private readonly SideOrder _order;
    private readonly Dictionary<string, Column> _columns = new(StringComparer.Ordinal);

    /// <summary>Puts the files of a side table together.</summary>
    /// <param name="files">Its files, in the order of their deliveries; all with the same columns.</param>
    /// <param name="threads">Threads, 1 or more; the result does not depend on them.</param>
    public AsOfTable(IReadOnlyList<SideRows> files, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(files);
        _groups = new(files.Count == 0 ? 0 : files.Max(f => f.Keys.Categories.Count), StringComparer.Ordinal);
        List<int[]> groupOf = [.. files.Select(f => Array.ConvertAll([.. f.Keys.Categories], GroupOf))];
        _order = new SideOrder(files, groupOf, _groups.Count, threads);
        // A file without rows says nothing, where another one has some.
        SideRows[] filled = [.. files.Where(f => f.Times.Length > 0)];
        var table = filled.Length == 1 && files.All(f => f.Values.Columns.Select(c => (c.Name, c.Kind)).SequenceEqual(filled[0].Values.Columns.Select(c => (c.Name, c.Kind))))
            ? filled[0].Values
            : Table.Concatenate([.. files.Select(f => f.Values)]);
        foreach (var column in files.Count == 0 ? [] : table.Columns)
        {
            _columns[column.Name] = column is NumberColumn numbers ? Take(numbers, threads) : column.TakeRows(_order.Rows);
        }
    }

    /// <summary>Rows that can ever be seen: those with a key and an event time.</summary>
    public int RowCount => _order.Rows.Length;

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

        SideAggregates[] together = [.. aggregates.GroupBy(a => (a.Column, a.Window)).Select(g => SideAggregates.Of([.. g], _columns.GetValueOrDefault(g.Key.Column), keys.RowCount))];
        var groups = GroupsOf(keys);
        double[] windows = [.. together.Select(c => c.Window).Distinct()];
        int[] windowOf = [.. together.Select(c => Array.IndexOf(windows, c.Window))];
        var widest = windows.Length == 0 ? 0 : windows.Max();
        Blocks(keys.RowCount, threads, (from, to) =>
        {
            var seen = new SeenRows();
            var starts = new int[windows.Length];
            for (var row = from; row < to; row++)
            {
                if (groups[row] == Missing || double.IsNaN(asOf[row]) || double.IsNaN(knownAt[row]))
                {
                    foreach (var column in together)
                    {
                        column.SetMissing(row);
                    }

                    continue;
                }

                See(groups[row], asOf[row], knownAt[row], asOf[row] - widest, seen);
                for (var window = 0; window < windows.Length; window++)
                {
                    starts[window] = windows[window] == widest ? 0 : seen.From(_order.Times, asOf[row] - windows[window]);
                }

                for (var i = 0; i < together.Length; i++)
                {
                    together[i].Set(row, seen, starts[windowOf[i]]);
                }
            }
        });
        var made = together.SelectMany(c => c.Finish()).ToDictionary(c => c.Name, StringComparer.Ordinal);
        return [.. aggregates.Select(a => made[a.Name])];
    }

    private static void Blocks(int rows, int threads, Action<int, int> work)
    {
        var blocks = Math.Max(1, Math.Min(threads * 4, rows / 1024));
        Parallel.For(0, blocks, new ParallelOptions { MaxDegreeOfParallelism = threads }, block => work((int)((long)rows * block / blocks), (int)((long)rows * (block + 1) / blocks)));
    }

    private NumberColumn Take(NumberColumn column, int threads)
    {
        var values = GC.AllocateUninitializedArray<double>(_order.Rows.Length);
        Blocks(values.Length, threads, (from, to) => column.CopyTo(_order.Rows.AsSpan(from..to), values.AsSpan(from..to)));
        return new NumberColumn(column.Name, values, column.Kind);
    }

    // The rows of a group that are seen, in order of event time.
    private void See(int group, double asOf, double knownAt, double from, SeenRows seen)
    {
        if (group < 0)
        {
            seen.Run(0, 0);
            return;
        }

        var (times, known) = (_order.Times, _order.Known);
        var (start, end) = (_order.Starts[group], Before(asOf, _order.Starts[group], _order.Starts[group + 1]));
        start = Before(from, start, end);
        if (!_order.Corrected[group])
        {
            if (AllKnown(known.AsSpan(start..end), knownAt))
            {
                seen.Run(start, end);
                return;
            }

            seen.List(end - start);
            for (var i = start; i < end; i++)
            {
                if (known[i] <= knownAt)
                {
                    seen.Add(i);
                }
            }

            return;
        }

        seen.List(end - start);
        for (var i = start; i < end;)
        {
            // Of the rows of one event time the last delivery that was known, which stands behind the others.
            var (time, last) = (times[i], -1);
            for (; i < end && times[i] == time; i++)
            {
                last = known[i] <= knownAt ? i : last;
            }

            var first = last;
            while (first > start && times[first - 1] == time && _order.Together(first - 1, last))
            {
                first--;
            }

            for (; last >= 0 && first <= last; first++)
            {
                seen.Add(first);
            }
        }
    }

    private static bool AllKnown(ReadOnlySpan<double> known, double knownAt)
    {
        foreach (var time in known)
        {
            if (time > knownAt)
            {
                return false;
            }
        }

        return true;
    }

    // The first place in the order whose time is not before this one.
    private int Before(double time, int from, int to)
    {
        var times = _order.Times;
        while (from < to)
        {
            var middle = from + ((to - from) / 2);
            if (times[middle] < time)
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
            var groupOf = Array.ConvertAll([.. text.Categories], key => _groups.GetValueOrDefault(key, Nobody));
            return Array.ConvertAll(text.Codes, code => code < 0 ? Missing : groupOf[code]);
        }

        var groups = new int[keys.RowCount];
        for (var row = 0; row < groups.Length; row++)
        {
            groups[row] = keys.Text(row) is { } key ? _groups.GetValueOrDefault(key, Nobody) : Missing;
        }

        return groups;
    }

    private int GroupOf(string key)
    {
        if (!_groups.TryGetValue(key, out var group))
        {
            group = _groups.Count;
            _groups.Add(key, group);
        }

        return group;
    }
}
