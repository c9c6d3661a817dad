namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>
/// The part of the Kusto query language that the alerts are written in, no more: a table, then where, extend, project and summarize.
/// What it does not know is an error, so that a query cannot pass here by meaning something else.
/// </summary>
internal static class KustoQuery
{
    /// <summary>Runs a query.</summary>
    /// <param name="text">The query.</param>
    /// <param name="tables">Tables by name; every row has every column.</param>
    /// <param name="now">What <c>ago</c> counts from.</param>
    public static List<Dictionary<string, object?>> Run(string text, IReadOnlyDictionary<string, List<Dictionary<string, object?>>> tables, DateTime now)
    {
        var tokens = new KustoTokens(text);
        var table = tokens.Take();
        var rows = tables.TryGetValue(table, out var found) ? found : throw new KustoException($"There is no table '{table}'.");
        while (tokens.Next is not null)
        {
            tokens.Expect("|");
            var name = tokens.Take();
            rows = name switch
            {
                "where" => Where(rows, KustoExpression.Parse(tokens), now),
                "extend" => Extend(rows, Columns(tokens), now),
                "project" => [.. Columns(tokens) is var columns ? rows.Select(row => columns.ToDictionary(c => c.Name, c => c.Value(row, now))) : []],
                "summarize" => Summarize(rows, tokens, now),
                _ => throw new KustoException($"This evaluator does not know the operator '{name}'."),
            };
        }

        return rows;
    }

    private static List<Dictionary<string, object?>> Where(List<Dictionary<string, object?>> rows, KustoExpression.Value condition, DateTime now) =>
        [.. rows.Where(row => KustoExpression.IsTrue(condition(row, now)))];

    // A column of the same operator cannot be used in it.
    private static List<Dictionary<string, object?>> Extend(List<Dictionary<string, object?>> rows, List<(string Name, KustoExpression.Value Value)> columns, DateTime now) =>
        [.. rows.Select(row =>
        {
            var wider = new Dictionary<string, object?>(row);
            columns.ForEach(column => wider[column.Name] = column.Value(row, now));
            return wider;
        })];

    private static List<(string Name, KustoExpression.Value Value)> Columns(KustoTokens tokens)
    {
        List<(string, KustoExpression.Value)> columns = [];
        do
        {
            var name = tokens.TakeName(out var given) ? given : tokens.Next!;
            columns.Add((name, KustoExpression.Parse(tokens)));
        }
        while (tokens.Take(","));
        return columns;
    }

    private static List<Dictionary<string, object?>> Summarize(List<Dictionary<string, object?>> rows, KustoTokens tokens, DateTime now)
    {
        List<(string Name, Func<List<Dictionary<string, object?>>, object?> Value)> aggregates = [];
        do
        {
            if (!tokens.TakeName(out var name))
            {
                throw new KustoException($"An aggregate needs a name: '{tokens.Next}'.");
            }

            aggregates.Add((name, Aggregate(tokens, now)));
        }
        while (tokens.Take(","));
        tokens.Expect("by");
        var keys = Columns(tokens);
        return [.. rows
            .GroupBy(row => string.Join('\u001f', keys.Select(key => key.Value(row, now))), StringComparer.Ordinal)
            .Select(group =>
            {
                var members = group.ToList();
                var row = keys.ToDictionary(key => key.Name, key => key.Value(members[0], now));
                aggregates.ForEach(aggregate => row[aggregate.Name] = aggregate.Value(members));
                return row;
            })];
    }

    private static Func<List<Dictionary<string, object?>>, object?> Aggregate(KustoTokens tokens, DateTime now)
    {
        var function = tokens.Take();
        tokens.Expect("(");
        List<KustoExpression.Value> arguments = [];
        while (!tokens.Take(")"))
        {
            arguments.Add(KustoExpression.Parse(tokens));
            tokens.Take(",");
        }

        return (function, arguments) switch
        {
            ("count", []) => rows => (long)rows.Count,
            ("countif", [var condition]) => rows => (long)rows.Count(row => KustoExpression.IsTrue(condition(row, now))),
            ("max", [var value]) => rows => rows.Select(row => value(row, now)).Aggregate((a, b) => KustoExpression.Compare(a, b) < 0 ? b : a),
            ("percentile", [var value, var share]) => rows =>
            {
                // The nearest rank, as for the few rows of an alert's window.
                var sorted = rows.Select(row => KustoExpression.Number(value(row, now))).Order().ToList();
                var rank = (int)Math.Ceiling(KustoExpression.Number(share(rows[0], now)) / 100 * sorted.Count);
                return sorted[Math.Max(0, rank - 1)];
            },
            _ => throw new KustoException($"This evaluator does not know the aggregate {function} with {arguments.Count} arguments."),
        };
    }
}
