using MlOps.Pipeline.Wording;

namespace MlOps.Pipeline.Search;

/// <summary>Reads tokens by descent: alternatives of conjunctions of (negated) comparisons, texts and brackets. Two terms side by side are joined by "and".</summary>
/// <param name="tokens">The tokens.</param>
internal sealed class QueryParser(IReadOnlyList<QueryToken> tokens)
{
    private const int DepthMax = 50;
    private readonly List<string> _names = [];
    private int _at;
    private int _depth;

    /// <summary>Names that were compared.</summary>
    public IReadOnlyList<string> Names => _names;

    public Func<Findable, bool> Read()
    {
        if (tokens.Count == 0)
        {
            return _ => true;
        }

        var all = Alternatives();
        return Now is null ? all : throw Unexpected();
    }

    private QueryToken? Now => _at < tokens.Count ? tokens[_at] : null;

    private Func<Findable, bool> Alternatives()
    {
        var left = Conjunction();
        while (Now?.Is("or") == true)
        {
            _at++;
            var (before, right) = (left, Conjunction());
            left = thing => before(thing) || right(thing);
        }

        return left;
    }

    private Func<Findable, bool> Conjunction()
    {
        var left = Term();
        while (Now is { } next && !next.Is("or") && !next.Is(")"))
        {
            _at += next.Is("and") ? 1 : 0;
            var (before, right) = (left, Term());
            left = thing => before(thing) && right(thing);
        }

        return left;
    }

    private Func<Findable, bool> Term()
    {
        var token = Now;
        if (token is null || token.IsOperator || token.Is("and") || token.Is("or") || token.Is(")") || ++_depth > DepthMax)
        {
            throw Unexpected();
        }

        _at++;
        var term = token.Is("not") ? Negated() : token.Is("(") ? Bracket(token) : Now is { IsOperator: true } ? Comparison(token) : thing => thing.Says(token.Text);
        _depth--;
        return term;
    }

    private Func<Findable, bool> Negated()
    {
        var term = Term();
        return thing => !term(thing);
    }

    private Func<Findable, bool> Bracket(QueryToken opened)
    {
        var inner = Alternatives();
        if (Now?.Is(")") != true)
        {
            throw new QueryException(Sentence.Of("query-bracket", ("at", opened.At)));
        }

        _at++;
        return inner;
    }

    private Func<Findable, bool> Comparison(QueryToken name)
    {
        var operation = tokens[_at++].Text;
        if (Now is not { } value || value.IsOperator || value.Is("(") || value.Is(")"))
        {
            throw new QueryException(Sentence.Of("query-value", ("name", name.Text), ("sign", operation)));
        }

        _at++;
        _names.Add(name.Text);
        return thing => QueryComparison.Fits(thing, name.Text, operation, value.Text);
    }

    private QueryException Unexpected() => new(Now is { } token
        ? Sentence.Of("query-unexpected", ("word", token.Text), ("at", token.At))
        : Sentence.Of("query-end"));
}
