using System.Globalization;
using MlOps.Tabular;

namespace MlOps.Learning.Baselines;

/// <summary>One comparison of a rule: <c>COLUMN &lt; 0.3</c>, <c>COLUMN = 'text'</c>, <c>COLUMN is missing</c>.</summary>
/// <param name="Column">Name of the column.</param>
/// <param name="Operator">One of &lt; &lt;= &gt; &gt;= = != is-missing is-present.</param>
/// <param name="Value">What it is compared with; empty for the last two.</param>
public sealed record RuleCondition(string Column, string Operator, string Value)
{
    // Longest first: "<=" must not be read as "<".
    private static readonly string[] Operators = ["<=", ">=", "!=", "<", ">", "="];

    /// <summary>Reads one comparison. A name with spaces or operators stands in double quotes, a text may stand in single quotes.</summary>
    /// <exception cref="FormatException">It cannot be read; the message says what was expected.</exception>
    public static RuleCondition Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var rest = text.Trim();
        string column;
        if (rest.StartsWith('"'))
        {
            var end = rest.IndexOf('"', 1);
            if (end < 0)
            {
                throw new FormatException($"The column name in \"{text}\" has no closing quote.");
            }

            (column, rest) = (rest[1..end], rest[(end + 1)..].Trim());
        }
        else
        {
            var end = rest.IndexOfAny([' ', '<', '>', '=', '!']);
            (column, rest) = end < 0 ? (rest, "") : (rest[..end], rest[end..].Trim());
        }

        if (rest is "is missing" or "is present")
        {
            return new(column, rest.Replace(' ', '-'), "");
        }

        var op = Operators.FirstOrDefault(o => rest.StartsWith(o, StringComparison.Ordinal));
        var value = op is null ? "" : rest[op.Length..].Trim();
        if (op is null || column.Length == 0 || value.Length == 0)
        {
            throw new FormatException($"The condition \"{text}\" is not COLUMN <, <=, >, >=, = or != VALUE, nor COLUMN is missing or is present.");
        }

        value = value.Length >= 2 && value[0] == '\'' && value[^1] == '\'' ? value[1..^1] : value;
        return op[0] is '<' or '>' && Number(value) is null
            ? throw new FormatException($"The condition \"{text}\" compares with {value}, which is not a number.")
            : new(column, op, value);
    }

    /// <summary>Whether a row fulfils it. A missing value fulfils no comparison, not even !=.</summary>
    internal bool Holds(Table table, int row)
    {
        var column = table[Column];
        var missing = column.IsMissing(row);
        if (Operator is "is-missing" or "is-present")
        {
            return missing == (Operator == "is-missing");
        }

        if (missing)
        {
            return false;
        }

        int order;
        if (column is NumberColumn numbers && Number(Value) is { } number)
        {
            order = numbers.Values[row].CompareTo(number);
        }
        else if (Operator is "=" or "!=")
        {
            order = string.CompareOrdinal(column.Text(row), Value);
        }
        else
        {
            return Number(column.Text(row)!) is { } parsed && Compare(parsed.CompareTo(Number(Value)!.Value));
        }

        return Compare(order);
    }

    private static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private bool Compare(int order) => Operator switch
    {
        "<" => order < 0,
        "<=" => order <= 0,
        ">" => order > 0,
        ">=" => order >= 0,
        "=" => order == 0,
        _ => order != 0,
    };
}
