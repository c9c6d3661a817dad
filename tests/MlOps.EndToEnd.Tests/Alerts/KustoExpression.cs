using System.Globalization;
using System.Text.Json;

namespace MlOps.EndToEnd.Tests.Alerts;

/// <summary>
/// Scalar expressions of the alerts' queries: https://learn.microsoft.com/kusto/query/scalar-functions. A comparison with null is
/// false, arithmetic with it null, as there.
/// </summary>
internal static class KustoExpression
{
    public delegate object? Value(IReadOnlyDictionary<string, object?> row, DateTime now);

    public static Value Parse(KustoTokens tokens)
    {
        var left = ParseAnd(tokens);
        while (tokens.Take("or"))
        {
            var (first, second) = (left, ParseAnd(tokens));
            left = (row, now) => IsTrue(first(row, now)) | IsTrue(second(row, now));
        }

        return left;
    }

    public static bool IsTrue(object? value) => value switch
    {
        bool flag => flag,
        null => false,
        _ => throw new KustoException($"'{value}' is no truth value."),
    };

    /// <summary>Orders two values; <see langword="null"/> where one of them is null.</summary>
    public static int? Compare(object? left, object? right) => (left, right) switch
    {
        (null, _) or (_, null) => null,
        (string a, string b) => string.CompareOrdinal(a, b),
        (DateTime a, DateTime b) => a.CompareTo(b),
        (TimeSpan a, TimeSpan b) => a.CompareTo(b),
        (bool a, bool b) => a.CompareTo(b),
        (long or double, long or double) => Number(left).CompareTo(Number(right)),
        _ => throw new KustoException($"{left.GetType().Name} and {right.GetType().Name} cannot be compared."),
    };

    public static double Number(object? value) => Convert.ToDouble(value, CultureInfo.InvariantCulture);

    private static Value ParseAnd(KustoTokens tokens)
    {
        var left = ParseComparison(tokens);
        while (tokens.Take("and"))
        {
            var (first, second) = (left, ParseComparison(tokens));
            left = (row, now) => IsTrue(first(row, now)) & IsTrue(second(row, now));
        }

        return left;
    }

    private static Value ParseComparison(KustoTokens tokens)
    {
        var left = ParseSum(tokens);
        switch (tokens.Next)
        {
            case "==" or "!=" or "<" or "<=" or ">" or ">=":
                var sign = tokens.Take();
                var right = ParseSum(tokens);
                return (row, now) => Compare(left(row, now), right(row, now)) is { } order && sign switch
                {
                    "==" => order == 0,
                    "!=" => order != 0,
                    "<" => order < 0,
                    "<=" => order <= 0,
                    ">" => order > 0,
                    _ => order >= 0,
                };
            case "contains":
                tokens.Take();
                var part = ParseSum(tokens);
                return (row, now) => Text(left(row, now)).Contains(Text(part(row, now)), StringComparison.OrdinalIgnoreCase);
            case "in":
                tokens.Take();
                tokens.Expect("(");
                var values = ParseList(tokens);
                return (row, now) => values.Any(value => Compare(left(row, now), value(row, now)) == 0);
            default:
                return left;
        }
    }

    private static Value ParseSum(KustoTokens tokens)
    {
        var left = ParseProduct(tokens);
        while (tokens.Next is "+" or "-")
        {
            var (plus, first, second) = (tokens.Take() == "+", left, ParseProduct(tokens));
            left = (row, now) => (first(row, now), second(row, now)) switch
            {
                (null, _) or (_, null) => null,
                (DateTime time, TimeSpan span) => plus ? time + span : time - span,
                (DateTime a, DateTime b) when !plus => a - b,
                (long a, long b) => plus ? a + b : a - b,
                var (a, b) => plus ? Number(a) + Number(b) : Number(a) - Number(b),
            };
        }

        return left;
    }

    private static Value ParseProduct(KustoTokens tokens)
    {
        var left = ParsePrimary(tokens);
        while (tokens.Take("*"))
        {
            var (first, second) = (left, ParsePrimary(tokens));
            left = (row, now) => (first(row, now), second(row, now)) switch
            {
                (null, _) or (_, null) => null,
                (long a, long b) => a * b,
                var (a, b) => Number(a) * Number(b),
            };
        }

        return left;
    }

    private static Value ParsePrimary(KustoTokens tokens)
    {
        var value = ParseTerm(tokens);
        while (tokens.Take("."))
        {
            var (whole, member) = (value, tokens.Take());
            value = (row, now) => whole(row, now) switch
            {
                null => null,
                JsonElement { ValueKind: JsonValueKind.Object } json => json.TryGetProperty(member, out var found) ? found : null,
                var other => throw new KustoException($"'{other}' has no member '{member}'."),
            };
        }

        return value;
    }

    private static Value ParseTerm(KustoTokens tokens)
    {
        var word = tokens.Take();
        if (word == "(")
        {
            var inner = Parse(tokens);
            tokens.Expect(")");
            return inner;
        }

        if (word[0] == '\'')
        {
            return (_, _) => word[1..^1];
        }

        if (char.IsDigit(word[0]))
        {
            var literal = Literal(word);
            return (_, _) => literal;
        }

        if (!char.IsLetter(word[0]))
        {
            throw new KustoException($"'{word}' begins no expression.");
        }

        if (tokens.Take("("))
        {
            return Call(word, ParseList(tokens));
        }

        return (row, _) => row.TryGetValue(word, out var cell) ? cell : throw new KustoException($"There is no column '{word}', only {string.Join(", ", row.Keys)}.");
    }

    private static List<Value> ParseList(KustoTokens tokens)
    {
        List<Value> values = [];
        while (!tokens.Take(")"))
        {
            values.Add(Parse(tokens));
            if (tokens.Next != ")")
            {
                tokens.Expect(",");
            }
        }

        return values;
    }

    private static object Literal(string word) => word[^1] switch
    {
        's' => TimeSpan.FromSeconds(double.Parse(word[..^1], CultureInfo.InvariantCulture)),
        'm' => TimeSpan.FromMinutes(double.Parse(word[..^1], CultureInfo.InvariantCulture)),
        'h' => TimeSpan.FromHours(double.Parse(word[..^1], CultureInfo.InvariantCulture)),
        'd' => TimeSpan.FromDays(double.Parse(word[..^1], CultureInfo.InvariantCulture)),
        _ => word.Contains('.', StringComparison.Ordinal) ? double.Parse(word, CultureInfo.InvariantCulture) : long.Parse(word, CultureInfo.InvariantCulture),
    };

    private static Value Call(string name, List<Value> arguments)
    {
        return (name, arguments) switch
        {
            ("ago", [var span]) => (row, now) => now - (TimeSpan)span(row, now)!,
            ("not", [var truth]) => (row, now) => !IsTrue(truth(row, now)),
            ("isempty", [var text]) => (row, now) => Text(text(row, now)).Length == 0,
            ("isnotempty", [var text]) => (row, now) => Text(text(row, now)).Length > 0,
            ("tostring", [var any]) => (row, now) => Text(any(row, now)),
            ("tolong" or "toint", [var any]) => (row, now) => long.TryParse(Text(any(row, now)), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
            ("parse_json", [var text]) => (row, now) => ParseJson(Text(text(row, now))),
            ("indexof", [var text, var part]) => (row, now) => (long)Text(text(row, now)).IndexOf(Text(part(row, now)), StringComparison.Ordinal),
            ("substring", [var text, var from]) => (row, now) => Text(text(row, now))[Math.Max(0, (int)(long)from(row, now)!)..],
            _ => throw new KustoException($"This evaluator does not know {name} with {arguments.Count} arguments."),
        };
    }

    // Text that is no JSON stays text, of which no member can be asked for: null.
    private static object? ParseJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        JsonElement { ValueKind: JsonValueKind.Null } => "",
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        JsonElement json => json.GetRawText(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => throw new KustoException($"'{value}' has no text."),
    };
}
