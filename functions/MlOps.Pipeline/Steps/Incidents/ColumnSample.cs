using System.Runtime.InteropServices;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Incidents;

/// <summary>The values of one column in some rows, ready to be compared.</summary>
/// <param name="Name">Name of the column.</param>
/// <param name="IsNumber">Whether they are numbers.</param>
/// <param name="Numbers">Finite numbers in row order; empty for categories.</param>
/// <param name="Categories">Rows by category; empty for numbers.</param>
/// <param name="Missing">Rows without a value.</param>
/// <param name="Runs">Stretches of equal neighbours in row order: few where the column changes by period and not by row.</param>
internal sealed record ColumnSample(
    string Name, bool IsNumber, double[] Numbers, IReadOnlyDictionary<string, long> Categories, long Missing, long Runs)
{
    /// <summary>Fewer values than this are not compared: no test holds its level and every distance is noise.</summary>
    public const int FewestValues = 30;

    public long Rows => IsNumber ? Numbers.Length : Categories.Values.Sum();

    public double MissingShare => Rows + Missing == 0 ? 0 : Missing / (double)(Rows + Missing);

    /// <summary>Samples of every feature in given rows of a table; an absent column has no value at all.</summary>
    /// <param name="features">Names and whether each is a number.</param>
    /// <param name="table">The table.</param>
    /// <param name="rows">Rows, ascending.</param>
    public static ColumnSample[] Of(IReadOnlyList<(string Name, bool IsNumber)> features, Table table, int[] rows) =>
        [.. features.Select(f => Of(f.Name, f.IsNumber, table.Find(f.Name), rows))];

    /// <summary>Samples of one column from several tables as one; there is at least one.</summary>
    public static ColumnSample Join(IReadOnlyList<ColumnSample> samples) => samples is [var only] ? only : new(
        samples[0].Name, samples[0].IsNumber, [.. samples.SelectMany(s => s.Numbers)],
        samples.SelectMany(s => s.Categories).GroupBy(c => c.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Sum(c => c.Value), StringComparer.Ordinal),
        samples.Sum(s => s.Missing), samples.Sum(s => s.Runs));

    public static ColumnSample Of(string name, bool isNumber, Column? column, int[] rows)
    {
        if (column is null || (isNumber && column is not NumberColumn))
        {
            return new(name, isNumber, [], new Dictionary<string, long>(), rows.Length, 0);
        }

        return isNumber ? OfNumbers(name, ((NumberColumn)column).Values, rows) : OfTexts(name, column, rows);
    }

    public static ColumnSample OfNumbers(string name, double[] values, int[] rows)
    {
        var numbers = new List<double>(rows.Length);
        long runs = 0;
        foreach (var row in rows)
        {
            if (double.IsFinite(values[row]))
            {
                runs += numbers.Count == 0 || numbers[^1] != values[row] ? 1 : 0;
                numbers.Add(values[row]);
            }
        }

        return new(name, true, [.. numbers], new Dictionary<string, long>(), rows.Length - numbers.Count, runs);
    }

    private static ColumnSample OfTexts(string name, Column column, int[] rows)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        long missing = 0, runs = 0;
        string? before = null;
        foreach (var row in rows)
        {
            if (column.Text(row) is not { } text)
            {
                missing++;
                continue;
            }

            runs += text == before ? 0 : 1;
            before = text;
            CollectionsMarshal.GetValueRefOrAddDefault(counts, text, out _)++;
        }

        return new(name, false, [], counts, missing, runs);
    }
}
