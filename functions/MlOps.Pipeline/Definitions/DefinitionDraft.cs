using System.Globalization;
using System.Text;
using MlOps.Pipeline.Steps.Labels;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>Drafts a definition from a CSV file; comments in the text say what was guessed and why.</summary>
public static class DefinitionDraft
{
    private static readonly string[] LabelNames = ["target", "label", "y", "class", "outcome", "survived", "default", "churn", "response"];
    private static readonly string[] IdNames = ["id", "sk_id_curr", "key", "uuid", "guid"];

    // A column of texts that are nearly all different names the rows, it does not describe them.
    private const double MostlyDifferent = 0.5;
    private const int FewClasses = 20;

    /// <summary>Reads the file and writes the YAML text of a definition.</summary>
    /// <param name="stream">The CSV file, plain or gzip.</param>
    /// <param name="label">Name of the label; <see langword="null"/> to guess.</param>
    /// <param name="id">Name of the id; <see langword="null"/> to guess, empty for none.</param>
    /// <param name="fileName">Name of the file, for comments.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="CsvException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">A named column does not exist, or no label was named and none can be guessed.</exception>
    public static string Write(Stream stream, string? label, string? id, string fileName, CancellationToken cancellation = default)
    {
        var file = CsvFile.ReadTable(stream, new CsvReadOptions(), cancellation);
        var table = file.Table;
        var text = new StringBuilder();
        var labelColumn = label is not null ? Named(table, label, "label") : GuessLabel(table);
        var idColumn = id is null ? GuessId(table, labelColumn) : id.Length == 0 ? null : Named(table, id, "id");
        var task = GuessTask(labelColumn);
        text.Append("# Drafted from ").Append(OneLine(fileName)).Append(": ")
            .Append(CultureInfo.InvariantCulture, $"{table.RowCount} rows, {table.Columns.Count} columns. Check what was guessed.\n");
        text.Append("task: ").Append(task.ToString().ToLowerInvariant()).Append('\n');
        text.Append("label: ").Append(Scalar(labelColumn.Name)).Append(label is null ? "   # guessed\n" : "\n");
        if (task == TaskKind.Binary)
        {
            Positive(text, labelColumn);
        }

        text.Append(idColumn is null
            ? "# id: none found; the row number is the id\n"
            : $"id: {Scalar(idColumn.Name)}{(id is null ? "   # guessed: every row has its own value" : "")}\n");
        if (file.Dialect.Delimiter != ',')
        {
            var delimiter = file.Dialect.Delimiter == '\t' ? "tab" : file.Dialect.Delimiter.ToString();
            text.Append("csv:\n  delimiter: ").Append(Scalar(delimiter)).Append('\n');
        }

        Excluded(text, table, labelColumn, idColumn);
        text.Append("# Leave out, too, whatever is known only after the outcome: add it to 'exclude'.\n");
        return text.ToString();
    }

    private static Column Named(Table table, string name, string what)
    {
        if (table.Find(name) is { } column)
        {
            return column;
        }

        var nearest = NearestName.Find(name, table.Columns.Select(c => c.Name));
        throw new ArgumentException(
            $"The file has no column '{name}' to be the {what}. " + (nearest is null
                ? $"It has: {string.Join(", ", table.Columns.Take(20).Select(c => c.Name))}."
                : $"Did you mean '{nearest}'?"));
    }

    private static Column GuessLabel(Table table)
    {
        foreach (var name in LabelNames)
        {
            if (table.Columns.FirstOrDefault(c => string.Equals(c.Name, name, StringComparison.OrdinalIgnoreCase)) is { } known)
            {
                return known;
            }
        }

        // By custom the label comes last; a two-valued column anywhere is the next best guess.
        return table.Columns.Reverse().FirstOrDefault(c => Distinct(c, 3) == 2 && c.MissingCount == 0)
            ?? throw new ArgumentException("No column looks like a label: name it with --label.");
    }

    private static Column? GuessId(Table table, Column label)
    {
        bool Unique(Column c) => c.Name != label.Name && c.MissingCount == 0 && table.RowCount > 1 && Distinct(c, int.MaxValue) == table.RowCount
            && c is not NumberColumn { IsInteger: false };
        return table.Columns.FirstOrDefault(c => Unique(c) && IdNames.Contains(c.Name.ToLowerInvariant(), StringComparer.Ordinal))
            ?? table.Columns.FirstOrDefault(c => Unique(c) && (c.Name.EndsWith("id", StringComparison.OrdinalIgnoreCase)
                || c.Name.StartsWith("id", StringComparison.OrdinalIgnoreCase) || c.Name.Contains("_id_", StringComparison.OrdinalIgnoreCase)))
            ?? (table.Columns.Count > 0 && table.Columns[0] is NumberColumn first && Unique(first) ? first : null);
    }

    private static TaskKind GuessTask(Column label) => Distinct(label, FewClasses + 1) switch
    {
        <= 2 => TaskKind.Binary,
        <= FewClasses => label is TextColumn ? TaskKind.Multiclass : TaskKind.Regression,
        _ => label is TextColumn ? TaskKind.Multiclass : TaskKind.Regression,
    };

    private static void Positive(StringBuilder text, Column label)
    {
        var values = new SortedDictionary<string, long>(StringComparer.Ordinal);
        for (var row = 0; row < label.RowCount; row++)
        {
            if (label.Text(row) is { } cell)
            {
                var value = LabelValues.Canonical(cell);
                values[value] = values.GetValueOrDefault(value) + 1;
            }
        }

        if (LabelValues.TryBinary(values.Keys, null, out var labels, out _))
        {
            text.Append("positive: ").Append(Quoted(labels!.Classes[1])).Append('\n');
        }
        else if (values.Count == 2)
        {
            var rarer = values.OrderBy(v => v.Value).ThenBy(v => v.Key, StringComparer.Ordinal).First().Key;
            text.Append("positive: ").Append(Quoted(rarer)).Append("   # guessed: the rarer value\n");
        }
    }

    private static void Excluded(StringBuilder text, Table table, Column label, Column? id)
    {
        var excluded = new List<(string Name, string Reason)>();
        foreach (var column in table.Columns.Where(c => c.Name != label.Name && c.Name != id?.Name))
        {
            var distinct = Distinct(column, int.MaxValue);
            if (distinct <= 1)
            {
                excluded.Add((column.Name, distinct == 0 ? "always missing" : "the same value in every row"));
            }
            else if (column is TextColumn && distinct > Math.Max(100, table.RowCount * MostlyDifferent))
            {
                excluded.Add((column.Name, $"{distinct} different texts in {table.RowCount} rows"));
            }
        }

        if (excluded.Count == 0)
        {
            return;
        }

        text.Append("exclude:\n");
        foreach (var (name, reason) in excluded)
        {
            text.Append("  - ").Append(Scalar(name)).Append("   # guessed: ").Append(reason).Append('\n');
        }
    }

    private static int Distinct(Column column, int stopAt)
    {
        if (column is TextColumn text)
        {
            return text.Categories.Count;
        }

        var seen = new HashSet<double>();
        foreach (var value in ((NumberColumn)column).Values)
        {
            if (!double.IsNaN(value) && seen.Add(value) && seen.Count >= stopAt)
            {
                break;
            }
        }

        return seen.Count;
    }

    // Plain where YAML takes it for the same text, quoted otherwise.
    private static string Scalar(string text) =>
        text.Length > 0 && char.IsAsciiLetter(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ' ')
        && text[^1] != ' ' && text is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" or "Y" or "N")
            ? text
            : Quoted(text);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' or '\\' => quoted.Append('\\').Append(c),
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' or '\uFEFF' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('"').ToString();
    }

    private static string OneLine(string text) => string.Concat(text.Where(c => !char.IsControl(c)));
}
