using MlOps.Pipeline.Definitions;
using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Search;

/// <summary>
/// A search such as <c>auc &gt; 0.75 and tag = audit</c>: comparisons (<c>= != &lt; &lt;= &gt; &gt;=</c>, and <c>~</c> for "holds the text"), joined by <c>and</c>,
/// <c>or</c>, <c>not</c> and brackets; <c>and</c> binds closer than <c>or</c>. A word or a quoted text alone asks for whatever says it. Without regard to case.
/// </summary>
public sealed class Query
{
    /// <summary>Characters at most.</summary>
    public const int LengthMax = 1000;

    private readonly Func<Findable, bool> _fits;

    private Query(Func<Findable, bool> fits, IReadOnlyList<string> names) => (_fits, Names) = (fits, names);

    /// <summary>Names that it asks for.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Reads a query.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="QueryException">It cannot be read.</exception>
    public static Query Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LengthMax)
        {
            throw new QueryException(Sentence.Of("query-long", ("most", LengthMax)));
        }

        var parser = new QueryParser(QueryToken.Of(text));
        var fits = parser.Read();
        return new Query(fits, parser.Names);
    }

    /// <summary>Whether a thing fits.</summary>
    /// <param name="thing">A run or a model.</param>
    public bool Fits(Findable thing) => _fits(thing);

    /// <summary>Refuses a query that asks for a name which nothing has, since nothing would be found by it, for another reason than the reader thinks.</summary>
    /// <param name="known">Names that there are.</param>
    /// <exception cref="QueryException">A name is unknown; says which one was probably meant.</exception>
    public void Require(IEnumerable<string> known)
    {
        var all = known.ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (all.Count > 0 && Names.FirstOrDefault(n => !all.Contains(n)) is { } unknown)
        {
            throw new QueryException(NearestName.Find(unknown, all) is { } meant
                ? Sentence.Of("query-name-meant", ("name", unknown), ("meant", meant))
                : Sentence.Of("query-name", ("name", unknown)));
        }
    }
}
