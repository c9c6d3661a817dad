namespace MlOps.Tabular;

/// <summary>
/// The rows of a side table's files in the order of their groups and, in each, of event time, known, file and row. It is found in three passes, each by as
/// many threads as there are: rows are counted by bucket (a run of groups small enough for a processor's own cache), dealt out to the buckets in the order
/// of files and rows, and ordered bucket by bucket. So nothing depends on the number of threads, and nearly every access is to memory that lies near.
/// </summary>
internal sealed class SideOrder
{
    // Groups of so many rows are sorted in place.
    private const int Few = 32;
    // Few, so that the rows of a bucket lie close to one another in the files, and its places still in a cache: with 64 a table of three million rows takes about a quarter longer.
    private const int MostBuckets = 16;

    private readonly IReadOnlyList<SideRows> _sides;
    private readonly int[] _firsts;
    private readonly int _shift;

    /// <summary>Orders the rows.</summary>
    /// <param name="files">Files in the order of their deliveries.</param>
    /// <param name="groupOf">For each file the group of each of its keys.</param>
    /// <param name="groups">How many groups there are.</param>
    /// <param name="threads">Threads, 1 or more.</param>
    public SideOrder(IReadOnlyList<SideRows> files, IReadOnlyList<int[]> groupOf, int groups, int threads)
    {
        _sides = files;
        _firsts = new int[files.Count + 1];
        for (var file = 0; file < files.Count; file++)
        {
            _firsts[file + 1] = checked(_firsts[file] + files[file].Times.Length);
        }

        while (groups >> _shift >= MostBuckets)
        {
            _shift++;
        }

        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Starts = new int[groups + 1];
        var dealt = Deal(groupOf, (groups >> _shift) + 1, options, out var buckets);
        var total = Starts[groups] = buckets[^1];
        Rows = GC.AllocateUninitializedArray<int>(total);
        Times = GC.AllocateUninitializedArray<double>(total);
        Known = GC.AllocateUninitializedArray<double>(total);
        Corrected = new bool[groups];
        Parallel.For(0, buckets.Length - 1, options, bucket =>
        {
            var (first, end) = (bucket << _shift, Math.Min(groups, (bucket + 1) << _shift));
            if (first < end)
            {
                Place(dealt.AsSpan(buckets[bucket], buckets[bucket + 1] - buckets[bucket]), first, end, buckets[bucket]);
                for (var group = first; group < end; group++)
                {
                    Order(Starts[group], group + 1 < end ? Starts[group + 1] : buckets[bucket + 1], group);
                }
            }
        });
    }

    /// <summary>Where each group begins in the order; behind them how many rows there are.</summary>
    public int[] Starts { get; }

    /// <summary>For each place the row, counted through all files.</summary>
    public int[] Rows { get; }

    /// <summary>For each place when its event took place.</summary>
    public double[] Times { get; }

    /// <summary>For each place from when on it was known.</summary>
    public double[] Known { get; }

    /// <summary>Whether some event time of the group has more than one delivery; most groups have none, and every row of them stands for itself.</summary>
    public bool[] Corrected { get; }

    /// <summary>Whether the rows of two places were delivered together, if their event time is the same.</summary>
    public bool Together(int one, int other) => Known[one] == Known[other] && FileOf(Rows[one]) == FileOf(Rows[other]);

    // Each row that can ever be seen, behind its group, bucket after bucket; and where the buckets begin.
    private long[] Deal(IReadOnlyList<int[]> groupOf, int buckets, ParallelOptions options, out int[] starts)
    {
        var blocks = options.MaxDegreeOfParallelism;
        var next = new int[blocks][];
        Parallel.For(0, blocks, options, block =>
        {
            var counts = next[block] = new int[buckets];
            foreach (var (file, from, to) in Blocks(block, blocks))
            {
                var (codes, times, ofKey) = (_sides[file].Keys.Codes, _sides[file].Times, groupOf[file]);
                for (var row = from; row < to; row++)
                {
                    if (codes[row] >= 0 && !double.IsNaN(times[row]))
                    {
                        counts[ofKey[codes[row]] >> _shift]++;
                    }
                }
            }
        });

        starts = new int[buckets + 1];
        for (var (bucket, at) = (0, 0); bucket < buckets; bucket++)
        {
            for (var block = 0; block < blocks; block++)
            {
                (next[block][bucket], at) = (at, at + next[block][bucket]);
            }

            starts[bucket + 1] = at;
        }

        var dealt = GC.AllocateUninitializedArray<long>(starts[^1]);
        Parallel.For(0, blocks, options, block =>
        {
            var places = next[block];
            foreach (var (file, from, to) in Blocks(block, blocks))
            {
                var (codes, times, ofKey) = (_sides[file].Keys.Codes, _sides[file].Times, groupOf[file]);
                for (var row = from; row < to; row++)
                {
                    if (codes[row] >= 0 && !double.IsNaN(times[row]))
                    {
                        var group = ofKey[codes[row]];
                        dealt[places[group >> _shift]++] = ((long)group << 32) | (uint)(_firsts[file] + row);
                    }
                }
            }
        });
        return dealt;
    }

    // The rows of a block, file by file.
    private IEnumerable<(int File, int From, int To)> Blocks(int block, int blocks)
    {
        var from = (int)((long)_firsts[^1] * block / blocks);
        var to = (int)((long)_firsts[^1] * (block + 1) / blocks);
        for (var file = 0; file < _sides.Count; file++)
        {
            var (first, last) = (Math.Max(from, _firsts[file]), Math.Min(to, _firsts[file + 1]));
            if (first < last)
            {
                yield return (file, first - _firsts[file], last - _firsts[file]);
            }
        }
    }

    // Puts the rows of a bucket into its groups, in the order in which they were dealt.
    private void Place(ReadOnlySpan<long> dealt, int firstGroup, int endGroup, int at)
    {
        var next = new int[endGroup - firstGroup];
        foreach (var one in dealt)
        {
            next[(int)(one >> 32) - firstGroup]++;
        }

        for (var group = firstGroup; group < endGroup; group++)
        {
            Starts[group] = at;
            (next[group - firstGroup], at) = (at, at + next[group - firstGroup]);
        }

        var file = 0;
        var (times, known) = (Array.Empty<double>(), Array.Empty<double>());
        foreach (var one in dealt)
        {
            var row = (int)one;
            if (row >= _firsts[file + 1] || times.Length == 0)
            {
                while (row >= _firsts[file + 1])
                {
                    file++;
                }

                (times, known) = (_sides[file].Times, _sides[file].Known);
            }

            var place = next[(int)(one >> 32) - firstGroup]++;
            var (time, since) = (times[row - _firsts[file]], known[row - _firsts[file]]);
            // Without a time of its own a row is known as soon as its event has taken place.
            (Times[place], Known[place], Rows[place]) = (time, double.IsNaN(since) ? time : since, row);
        }
    }

    // Files that come month by month are in order already.
    private void Order(int start, int end, int group)
    {
        for (var i = start + 1; i < end; i++)
        {
            if (IsBefore(Times[i], Known[i], i - 1))
            {
                if (end - start <= Few)
                {
                    Insert(i, start);
                }
                else
                {
                    Sort(start, end);
                    break;
                }
            }
        }

        for (var i = start + 1; i < end; i++)
        {
            if (Times[i] == Times[i - 1] && !Together(i, i - 1))
            {
                Corrected[group] = true;
                break;
            }
        }
    }

    private bool IsBefore(double time, double known, int place) =>
        time < Times[place] || (time == Times[place] && known < Known[place]);

    // Moves the row at a place to where it belongs among those before it, behind its equals.
    private void Insert(int place, int start)
    {
        var (time, known, row) = (Times[place], Known[place], Rows[place]);
        for (; place > start && IsBefore(time, known, place - 1); place--)
        {
            (Times[place], Known[place], Rows[place]) = (Times[place - 1], Known[place - 1], Rows[place - 1]);
        }

        (Times[place], Known[place], Rows[place]) = (time, known, row);
    }

    // By event time, known and row; rows are counted through the files, so that the last stands for file and row, and no two are equal.
    private void Sort(int start, int end)
    {
        var places = new (double Time, double Known, int Row)[end - start];
        for (var i = 0; i < places.Length; i++)
        {
            places[i] = (Times[start + i], Known[start + i], Rows[start + i]);
        }

        places.AsSpan().Sort();
        for (var i = 0; i < places.Length; i++)
        {
            (Times[start + i], Known[start + i], Rows[start + i]) = places[i];
        }
    }

    private int FileOf(int row)
    {
        var file = Array.BinarySearch(_firsts, row);
        if (file < 0)
        {
            return ~file - 1;
        }

        // Files without rows begin where the next one does.
        while (file + 1 < _firsts.Length && _firsts[file + 1] == row)
        {
            file++;
        }

        return file;
    }
}
