using System.Globalization;

namespace MlOps.Benchmarks.Policies;

/// <summary>A table over made feeds, kind by kind, and real ones: what the benchmarks of this folder print.</summary>
internal static class FeedTable
{
    /// <summary>Reads <c>[FROM TO] [--data FOLDER]</c>, measures each feed and prints a line a kind, one of all made feeds, one a real table and one of all.</summary>
    /// <param name="args">Seeds 21 to 40 where none are given; without a folder no real tables.</param>
    /// <param name="measure">Measures one feed.</param>
    /// <param name="kindOf">Kind of the feed that was measured.</param>
    /// <param name="print">Prints a line of the outcomes that belong together, which may be none.</param>
    public static int Print<T>(string[] args, Func<PolicyFeed, T> measure, Func<T, string> kindOf, Action<string, IReadOnlyList<T>> print)
    {
        var seeds = args.TakeWhile(a => a != "--data").Select(a => int.Parse(a, CultureInfo.InvariantCulture)).ToArray();
        var (from, to) = seeds is [var first, var last] ? (first, last) : (21, 40);
        var data = args.SkipWhile(a => a != "--data").Skip(1).FirstOrDefault();
        var all = Enumerable.Range(from, to - from + 1).Select(MadeFeeds.Of).Select(measure).ToList();
        foreach (var kind in MadeFeeds.Kinds)
        {
            print(kind, [.. all.Where(o => kindOf(o) == kind)]);
        }

        print($"all of seeds {from} to {to}", all);
        if (data is not null)
        {
            var real = RealFeeds.Read(data).Select(measure).ToList();
            real.ForEach(o => print(kindOf(o), [o]));
            print("all", [.. all, .. real]);
        }

        return 0;
    }
}
