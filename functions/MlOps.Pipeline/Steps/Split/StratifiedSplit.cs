
namespace MlOps.Pipeline.Steps.Split;

/// <summary>Which rows learn, which stop the learning, which judge it.</summary>
public enum Part : byte
{
    /// <summary>The learner fits these rows.</summary>
    Train,

    /// <summary>Early stopping and tuning look at these rows.</summary>
    Valid,

    /// <summary>Reported once, never looked at before.</summary>
    Test,
}

/// <summary>
/// Splits each drop of the history by class. A row's part depends on its drop, its class, its key and the seed, never on
/// later drops: a row that once judged a model is never learned from by a later one, so models of different periods can be
/// compared on the same test rows.
/// </summary>
public sealed class StratifiedSplit
{
    private readonly double _test;
    private readonly double _valid;
    private readonly ulong _seed;
    private readonly Dictionary<int, (long Rows, long Test, long Valid)> _soFar = [];

    /// <summary>Starts a split.</summary>
    /// <param name="test">Share of the rows for the test part, above 0 and below 1.</param>
    /// <param name="valid">Share of the other rows for the valid part, above 0 and below 1.</param>
    /// <param name="seed">Seed.</param>
    public StratifiedSplit(double test, double valid, int seed)
    {
        _test = test;
        _valid = valid;
        _seed = (ulong)(uint)seed;
    }

    /// <summary>Assigns the rows of the next drop, in period order.</summary>
    /// <param name="keys">A key for each row, such as its id.</param>
    /// <param name="strata">Class of each row; rows below 0 are left out (part Train, never used).</param>
    public Part[] Next(IReadOnlyList<string> keys, ReadOnlySpan<int> strata)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var parts = new Part[keys.Count];
        var byClass = new SortedDictionary<int, List<(ulong Hash, int Row)>>();
        // Counted first: lists that grow would for a moment take three times their room.
        var counts = new Dictionary<int, int>();
        foreach (var stratum in strata)
        {
            counts[stratum] = counts.GetValueOrDefault(stratum) + 1;
        }

        for (var row = 0; row < keys.Count; row++)
        {
            if (strata[row] >= 0)
            {
                if (!byClass.TryGetValue(strata[row], out var list))
                {
                    byClass[strata[row]] = list = new(counts[strata[row]]);
                }

                list.Add((Hash(_seed, keys[row]), row));
            }
        }

        foreach (var stratum in byClass.Keys.ToArray())
        {
            var rows = byClass[stratum];
            rows.Sort();
            var (before, testBefore, validBefore) = _soFar.GetValueOrDefault(stratum);
            // Rounding over all drops so far keeps the shares exact also when each drop has few rows of a class.
            var total = before + rows.Count;
            var test = Math.Clamp(Round(total * _test) - testBefore, 0, rows.Count);
            var valid = Math.Clamp(Round((total - testBefore - test) * _valid) - validBefore, 0, rows.Count - test);
            for (var i = 0; i < rows.Count; i++)
            {
                parts[rows[i].Row] = i < test ? Part.Test : i < test + valid ? Part.Valid : Part.Train;
            }

            _soFar[stratum] = (total, testBefore + test, validBefore + valid);
            byClass.Remove(stratum);
        }

        return parts;
    }

    private static long Round(double value) => (long)Math.Floor(value + 0.5);

    // FNV-1a over the UTF-16 code units, finished by SplitMix64's mixer (Steele, Lea, Flood 2014) so that
    // neighbouring ids do not land in neighbouring places.
    internal static ulong Hash(ulong seed, string key)
    {
        var hash = 0xcbf29ce484222325UL ^ (seed * 0x9e3779b97f4a7c15UL);
        foreach (var c in key)
        {
            hash = (hash ^ c) * 0x100000001b3UL;
        }

        hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9UL;
        hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebUL;
        return hash ^ (hash >> 31);
    }
}
