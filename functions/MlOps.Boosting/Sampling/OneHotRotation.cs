namespace MlOps.Boosting.Sampling;

/// <summary>Which feature of each one-hot group a round does without: each in turn, so that none is the reference throughout.</summary>
internal sealed class OneHotRotation
{
    private readonly int _count;
    private readonly int[][] _groups;

    /// <summary>Makes the turns of a training.</summary>
    /// <param name="used">Indices of the used features, ascending.</param>
    /// <param name="groups">Feature indices of each group; a group of which fewer than two features are used says nothing twice.</param>
    public OneHotRotation(int[] used, IReadOnlyList<IReadOnlyList<int>> groups)
    {
        _count = used.Length;
        _groups = [.. groups
            .Select(group => group.Order().Select(feature => Array.BinarySearch(used, feature)).Where(number => number >= 0).ToArray())
            .Where(group => group.Length > 1)];
    }

    /// <summary>Whether no round leaves anything out.</summary>
    public bool IsEmpty => _groups.Length == 0;

    /// <summary>Numbers (among the used ones) of the features of a round, ascending.</summary>
    public int[] FeaturesOf(int round)
    {
        var left = new HashSet<int>();
        for (int g = 0; g < _groups.Length; g++)
        {
            // Groups of the same size do not leave out the same place in the same round.
            left.Add(_groups[g][(round + g) % _groups[g].Length]);
        }

        return [.. Enumerable.Range(0, _count).Where(feature => !left.Contains(feature))];
    }
}
