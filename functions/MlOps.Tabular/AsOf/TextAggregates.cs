namespace MlOps.Tabular;

/// <summary>What a join makes of a column of texts.</summary>
internal sealed class TextAggregates : SideAggregates
{
    private readonly TextColumn _texts;
    private readonly double[][] _numbers;
    private readonly int[][] _codes;
    private readonly AggregateFunction[] _functions;
    private readonly int[] _wanted;

    public TextAggregates(IReadOnlyList<Aggregate> aggregates, TextColumn texts, int rows)
        : base(aggregates)
    {
        _texts = texts;
        _functions = [.. aggregates.Select(a => a.Function)];
        _codes = Array.ConvertAll(_functions, f => f == AggregateFunction.Last ? new int[rows] : []);
        _numbers = Array.ConvertAll(_functions, f => f == AggregateFunction.Last ? [] : new double[rows]);
        // A text that no row has is looked for as a code that no row has.
        _wanted = [.. aggregates.Select(a => a.Value is { } value && texts.Categories.ToList().IndexOf(value) is >= 0 and var code ? code : int.MaxValue)];
    }

    public override void SetMissing(int row)
    {
        for (var i = 0; i < _functions.Length; i++)
        {
            if (_functions[i] == AggregateFunction.Last)
            {
                _codes[i][row] = -1;
            }
            else
            {
                _numbers[i][row] = double.NaN;
            }
        }
    }

    public override void Set(int row, SeenRows seen, int from)
    {
        var codes = seen.Codes(_texts.Codes, from);
        var count = codes.Length - codes.Count(-1);
        for (var i = 0; i < _functions.Length; i++)
        {
            if (_functions[i] == AggregateFunction.Last)
            {
                var at = codes.LastIndexOfAnyExcept(-1);
                _codes[i][row] = at < 0 ? -1 : codes[at];
                continue;
            }

            _numbers[i][row] = _functions[i] switch
            {
                AggregateFunction.Count => count,
                AggregateFunction.Distinct => Distinct(Held(codes, seen.Room(count))),
                _ => count == 0 ? double.NaN : (double)codes.Count(_wanted[i]) / count,
            };
        }
    }

    // Last texts are taken once more, so that the categories stand in the order in which the rows have them.
    public override IEnumerable<Column> Finish() => _functions.Select((function, i) => function == AggregateFunction.Last
        ? new TextColumn(Aggregates[i].Name, _codes[i], [.. _texts.Categories]).TakeRows([.. Enumerable.Range(0, _codes[i].Length)])
        : new NumberColumn(Aggregates[i].Name, _numbers[i]));

    private static Span<double> Held(ReadOnlySpan<int> codes, Span<double> room)
    {
        var count = 0;
        foreach (var code in codes)
        {
            if (code >= 0)
            {
                room[count++] = code;
            }
        }

        return room;
    }
}
