using MlOps.Boosting.Settings;

namespace MlOps.Boosting.Binning;

/// <summary>Features that share one group.</summary>
/// <param name="Features">Feature indices, in the order in which they joined.</param>
/// <param name="IsMultiValue">Whether rows may hold several of them at once, so that they cannot share one column.</param>
internal sealed record FeatureGroup(int[] Features, bool IsMultiValue);

/// <summary>
/// Exclusive feature bundling as LightGBM does it (src/io/dataset.cpp): features that are hardly ever away from their
/// most frequent bin in the same row share a physical column. The order of the groups is LightGBM's too, because its
/// internal feature numbers seed the extra-trees generators.
/// </summary>
internal sealed class FeatureBundler
{
    private const int MaxSearchGroups = 100;
    private const double DenseThreshold = 0.4;

    private readonly int _sampleRows;
    private readonly int _rows;
    private readonly bool _sparse;
    private readonly int[] _awayCounts;
    private readonly Func<int, int[]> _awayRows;
    private readonly Dictionary<int, int[]> _cachedRows = [];

    /// <param name="sampleRows">Sampled rows.</param>
    /// <param name="rows">Rows of the data set; seeds the search.</param>
    /// <param name="sparse">The parameter is_enable_sparse.</param>
    /// <param name="awayCounts">For each feature the sampled rows away from its most frequent bin.</param>
    /// <param name="awayRows">Those rows of a feature, ascending; asked for only when a bundle is possible.</param>
    public FeatureBundler(int sampleRows, int rows, bool sparse, int[] awayCounts, Func<int, int[]> awayRows)
    {
        _sampleRows = sampleRows;
        _rows = rows;
        _sparse = sparse;
        _awayCounts = awayCounts;
        _awayRows = awayRows;
    }

    /// <summary>Groups the used features.</summary>
    /// <param name="used">Features that are used, ascending.</param>
    /// <param name="sizes">For each feature the sampled rows that are not zero: the order of the second attempt.</param>
    public FeatureGroup[] Bundle(IReadOnlyList<int> used, int[] sizes)
    {
        List<FeatureGroup> groups = FindGroups(used);
        List<FeatureGroup> bySize = FindGroups([.. used.OrderByDescending(feature => sizes[feature])]);
        if (groups.Count > bySize.Count)
        {
            groups = bySize;
        }

        var random = new LinearCongruential(_rows);
        for (int i = 0; i < groups.Count - 1; i++)
        {
            int j = random.NextShort(i + 1, groups.Count);
            (groups[i], groups[j]) = (groups[j], groups[i]);
        }

        return [.. groups];
    }

    private sealed class Candidate(int sampleRows)
    {
        public List<int> Features { get; } = [];

        public bool[]? Taken { get; set; }

        public int UsedRows { get; set; }

        public int TotalRows { get; set; }

        public bool[] Marks => Taken ??= new bool[sampleRows];
    }

    private List<FeatureGroup> FindGroups(IReadOnlyList<int> order)
    {
        int allowed = _sampleRows / 10000;
        int smallest = order.Min(feature => _awayCounts[feature]);
        var random = new LinearCongruential(_rows);
        var candidates = new List<Candidate>();
        foreach (int feature in order)
        {
            int away = _awayCounts[feature];
            (Candidate? home, int conflicts) = FindHome(candidates, feature, away, allowed, random);
            if (home is null)
            {
                home = new Candidate(_sampleRows) { TotalRows = away, UsedRows = away };
                candidates.Add(home);
            }
            else
            {
                home.TotalRows += away;
                home.UsedRows += away - conflicts;
            }

            home.Features.Add(feature);

            // Marks are only needed where another feature may come; dense data has none, and needs no row lists then.
            if (home.TotalRows + smallest <= _sampleRows + allowed)
            {
                Mark(home.Marks, feature);
            }
        }

        return _sparse ? MergeSparse(candidates, allowed) : [.. candidates.Select(c => new FeatureGroup([.. c.Features], false))];
    }

    private (Candidate? Home, int Conflicts) FindHome(List<Candidate> candidates, int feature, int away, int allowed, LinearCongruential random)
    {
        var available = new List<Candidate>();
        foreach (Candidate candidate in candidates)
        {
            if (candidate.TotalRows + away <= _sampleRows + allowed)
            {
                available.Add(candidate);
            }
        }

        if (available.Count == 0)
        {
            return (null, 0);
        }

        int last = available.Count - 1;
        int[] others = random.Sample(last, Math.Min(last, MaxSearchGroups - 1));
        foreach (Candidate candidate in others.Select(i => available[i]).Prepend(available[last]))
        {
            int rest = allowed - candidate.TotalRows + candidate.UsedRows;
            int conflicts = Conflicts(candidate, feature, rest);
            if (conflicts >= 0 && conflicts <= rest && conflicts <= away / 2)
            {
                return (candidate, conflicts);
            }
        }

        return (null, 0);
    }

    // Groups that are mostly empty are dissolved into one group, which may hold several values a row.
    private List<FeatureGroup> MergeSparse(List<Candidate> candidates, int allowed)
    {
        var groups = new List<FeatureGroup>();
        var sparse = new List<int>();
        foreach (Candidate candidate in candidates)
        {
            if ((double)candidate.UsedRows / _sampleRows >= DenseThreshold)
            {
                groups.Add(new FeatureGroup([.. candidate.Features], false));
            }
            else
            {
                sparse.AddRange(candidate.Features);
            }
        }

        if (sparse.Count == 0)
        {
            return groups;
        }

        var merged = new Candidate(_sampleRows);
        bool multiValue = false;
        int conflicts = 0;
        foreach (int feature in sparse)
        {
            if (multiValue)
            {
                break;
            }

            int more = Conflicts(merged, feature, allowed - conflicts);
            conflicts += more;
            if (more < 0 || conflicts > allowed)
            {
                multiValue = true;
            }
            else
            {
                Mark(merged.Marks, feature);
            }
        }

        groups.Add(new FeatureGroup([.. sparse], multiValue));
        return groups;
    }

    private int Conflicts(Candidate candidate, int feature, int limit)
    {
        int conflicts = 0;
        bool[] marks = candidate.Marks;
        foreach (int row in Rows(feature))
        {
            if (marks[row] && ++conflicts > limit)
            {
                return -1;
            }

            if (conflicts > limit)
            {
                return -1;
            }
        }

        return conflicts;
    }

    private void Mark(bool[] marks, int feature)
    {
        foreach (int row in Rows(feature))
        {
            marks[row] = true;
        }
    }

    private int[] Rows(int feature)
    {
        if (!_cachedRows.TryGetValue(feature, out int[]? rows))
        {
            rows = _awayRows(feature);
            _cachedRows.Add(feature, rows);
        }

        return rows;
    }
}
