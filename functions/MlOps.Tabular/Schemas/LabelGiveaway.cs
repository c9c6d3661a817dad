using System.Globalization;

namespace MlOps.Tabular;

/// <summary>Columns that give the label away: they are made from it, or known only after it.</summary>
/// <param name="Columns">One column, or several that do it together.</param>
/// <param name="Remark">What shows it.</param>
public sealed record LabelGiveaway(IReadOnlyList<string> Columns, Remark Remark)
{
    /// <summary>What shows it, in English.</summary>
    public string Evidence => Remark.ToString();
}

/// <summary>Looks for columns that give the label away, one by one and together, on rows taken evenly from the table.</summary>
public static class GiveawaySearch
{
    private const int MostRows = 20_000;
    private const int LeastRows = 50;
    private const int MostClasses = 20;
    private const double TellingAuc = 0.97;
    private const double TellingShare = 0.995;

    // So unlikely that no number of columns makes it chance.
    private const double Chance = 1e-9;

    // Parts of a sum: two or three as a rule.
    private const int MostParts = 6;
    private const double ExactFit = 1 - 1e-9;
    private const double CopyFit = 0.9999;

    /// <summary>Finds them, the clearest kind first; a column is named once.</summary>
    /// <param name="table">Rows with the label.</param>
    /// <param name="label">Name of the label.</param>
    /// <param name="others">Names that are no features, such as the id.</param>
    /// <param name="isQuantity">Whether the label is a quantity rather than a class.</param>
    public static IReadOnlyList<LabelGiveaway> Find(Table table, string label, IReadOnlyCollection<string> others, bool isQuantity)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(others);
        var sample = Sample(table, table[label]);
        if (sample.RowCount < LeastRows)
        {
            return [];
        }

        var columns = sample.Columns.Where(c => c.Name != label && !others.Contains(c.Name) && c.MissingCount < c.RowCount).ToArray();
        var found = isQuantity
            ? sample[label] is NumberColumn quantity ? Sums(columns.OfType<NumberColumn>().ToArray(), quantity) : []
            : OfClasses(columns, sample[label]);
        var named = new HashSet<string>(StringComparer.Ordinal);
        return [.. found.Where(g => g.Columns.All(named.Add))];
    }

    private static Table Sample(Table table, Column label)
    {
        var known = Enumerable.Range(0, table.RowCount).Where(r => !label.IsMissing(r)).ToArray();
        var step = Math.Max(1, known.Length / MostRows);
        return table.TakeRows([.. known.Where((_, i) => i % step == 0)]);
    }

    private static List<LabelGiveaway> OfClasses(Column[] columns, Column label)
    {
        var texts = label as TextColumn ?? TextColumn.FromTexts(label.Name, Enumerable.Range(0, label.RowCount).Select(label.Text));
        var shares = new double[texts.Categories.Count];
        if (shares.Length is < 2 or > MostClasses)
        {
            return [];
        }

        foreach (var code in texts.Codes)
        {
            shares[code] += 1.0 / texts.RowCount;
        }

        var found = new List<LabelGiveaway>();
        var binary = BinaryLabel.From(texts);
        foreach (var column in columns)
        {
            if ((binary is null ? null : Alone(column, binary)) is { } alone)
            {
                found.Add(alone);
            }
            else if (Pure(column, texts, shares) is { } pure)
            {
                found.Add(pure);
            }
            else if (OnlyWhere(column, texts, shares) is { } only)
            {
                found.Add(only);
            }
        }

        var rest = columns.Where(c => found.All(f => f.Columns[0] != c.Name)).ToArray();
        found.AddRange(Flags(rest, texts, shares));
        return found;
    }

    private static LabelGiveaway? Alone(Column column, BinaryLabel label)
    {
        var auc = label.Auc(column);
        auc = Math.Max(auc, 1 - auc);
        return auc < TellingAuc ? null : new LabelGiveaway([column.Name], Remark.Of("giveaway-alone", "alone tells the label (AUC {auc})", ("auc", auc.ToString("0.000", CultureInfo.InvariantCulture))));
    }

    /// <summary>Each value goes with one class.</summary>
    private static LabelGiveaway? Pure(Column column, TextColumn label, double[] shares)
    {
        var counts = new Dictionary<string, int[]>(StringComparer.Ordinal);
        for (var r = 0; r < column.RowCount; r++)
        {
            var value = column.Text(r) ?? "";
            if (!counts.TryGetValue(value, out var of))
            {
                if (counts.Count * 20 > column.RowCount)
                {
                    return null;
                }

                counts[value] = of = new int[shares.Length];
            }

            of[label.Codes[r]]++;
        }

        var right = counts.Values.Sum(c => (double)c.Max()) / column.RowCount;
        return right < TellingShare || shares.Max() > 0.95 || counts.Count < 2
            ? null
            : new LabelGiveaway([column.Name], Remark.Of("giveaway-pure", "each value goes with one value of the label (in {share} of the rows)", ("share", right.ToString("P1", CultureInfo.InvariantCulture))));
    }

    /// <summary>The column is filled in only for rows of one class, so that it is known after the label.</summary>
    private static LabelGiveaway? OnlyWhere(Column column, TextColumn label, double[] shares)
    {
        if (column.MissingCount == 0)
        {
            return null;
        }

        int filled = 0, of = -1;
        for (var r = 0; r < column.RowCount; r++)
        {
            if (column.IsMissing(r))
            {
                continue;
            }

            if (of >= 0 && label.Codes[r] != of)
            {
                return null;
            }

            of = label.Codes[r];
            filled++;
        }

        return Math.Pow(shares[of], filled) > Chance ? null : new LabelGiveaway([column.Name], Remark.Of("giveaway-only-where", "filled in only where the label is {label} ({rows} {rows|row|rows})", ("label", label.Categories[of]), ("rows", filled)));
    }

    /// <summary>Flags of which one at least is set in nearly all rows of a class, and hardly any elsewhere: the reasons for the label.</summary>
    private static IEnumerable<LabelGiveaway> Flags(Column[] columns, TextColumn label, double[] shares)
    {
        for (var k = 0; k < shares.Length; k++)
        {
            var set = new List<(string Name, bool[] Rows)>();
            var union = new bool[label.RowCount];
            foreach (var column in columns)
            {
                if (Flag(column) is not { } flagged)
                {
                    continue;
                }

                var (hits, all) = (0, 0);
                for (var r = 0; r < flagged.Length; r++)
                {
                    all += flagged[r] ? 1 : 0;
                    hits += flagged[r] && label.Codes[r] == k ? 1 : 0;
                }

                if (all >= 5 && hits >= 0.99 * all && Math.Pow(shares[k], hits) <= Chance)
                {
                    set.Add((column.Name, flagged));
                    for (var r = 0; r < union.Length; r++)
                    {
                        union[r] |= flagged[r];
                    }
                }
            }

            var ofClass = label.Codes.Count(c => c == k);
            var covered = Enumerable.Range(0, union.Length).Count(r => union[r] && label.Codes[r] == k);
            if (set.Count > 0 && covered >= 0.8 * ofClass)
            {
                yield return new LabelGiveaway(
                    [.. set.Select(s => s.Name)],
                    set.Count == 1
                        ? Remark.Of(
                            "giveaway-flag", "set in {covered} of the {rows} {rows|row|rows} whose label is {label}, and in hardly another row", ("covered", covered), ("rows", ofClass), ("label", label.Categories[k]))
                        : Remark.Of(
                            "giveaway-flags", "one of {columns} is set in {covered} of the {rows} {rows|row|rows} whose label is {label}, and none of them in hardly another row",
                            ("columns", string.Join(", ", set.Select(s => s.Name))), ("covered", covered), ("rows", ofClass), ("label", label.Categories[k])));
            }
        }
    }

    /// <summary>The rows with the rarer of two values; <see langword="null"/> where the column has not two.</summary>
    private static bool[]? Flag(Column column)
    {
        string? first = null, second = null;
        var ofSecond = 0;
        for (var r = 0; r < column.RowCount; r++)
        {
            var value = column.Text(r) ?? "";
            first ??= value;
            if (value != first)
            {
                second ??= value;
                if (value != second)
                {
                    return null;
                }

                ofSecond++;
            }
        }

        if (second is null)
        {
            return null;
        }

        var rarer = ofSecond * 2 <= column.RowCount ? second : first;
        return [.. Enumerable.Range(0, column.RowCount).Select(r => (column.Text(r) ?? "") == rarer)];
    }

    /// <summary>Columns that add up to the label, by choosing one after the other what explains most of the rest.</summary>
    private static List<LabelGiveaway> Sums(NumberColumn[] columns, NumberColumn label)
    {
        var found = new List<LabelGiveaway>();
        var left = columns.Where(c => c.MissingCount == 0 && Centred(c.Values) is not null).ToList();
        var target = Centred(label.Values);
        while (target is not null && left.Count > 0)
        {
            var basis = new List<(NumberColumn Column, double[] Direction)>();
            var rest = (double[])target.Clone();
            while (basis.Count < MostParts && Explained(rest) < ExactFit && (basis.Count != 1 || Explained(rest) < CopyFit))
            {
                // One direction is as long as the table: of all columns at once they would be the table again.
                var best = (Column: (NumberColumn?)null, Direction: (double[]?)null, Size: -1.0);
                foreach (var column in left.Except(basis.Select(b => b.Column)))
                {
                    if (Beyond(column, basis) is { } direction && Math.Abs(Dot(rest, direction)) is var size && size > best.Size)
                    {
                        best = (column, direction, size);
                    }
                }

                if (best is not { Column: { } chosen, Direction: { } taken })
                {
                    break;
                }

                var along = Dot(rest, taken);
                for (var i = 0; i < rest.Length; i++)
                {
                    rest[i] -= along * taken[i];
                }

                basis.Add((chosen, taken));
            }

            var fit = Explained(rest);
            if (fit < ExactFit && !(basis.Count == 1 && fit >= CopyFit))
            {
                break;
            }

            var names = basis.Select(b => b.Column.Name).ToArray();
            found.Add(new LabelGiveaway(names, names.Length == 1
                ? Remark.Of("giveaway-form", "is the label in another form (correlation {correlation})", ("correlation", Math.Sqrt(fit).ToString("0.0000", CultureInfo.InvariantCulture)))
                : Remark.Of("giveaway-sum", "{columns} together give the label exactly, as parts give a sum", ("columns", string.Join(" and ", names)))));
            left.RemoveAll(c => names.Contains(c.Name, StringComparer.Ordinal));
        }

        return found;

        double Explained(double[] rest) => 1 - (Dot(rest, rest) / Dot(target, target));
    }

    // What of the column the chosen ones do not hold already, at length 1.
    private static double[]? Beyond(NumberColumn column, List<(NumberColumn Column, double[] Direction)> basis)
    {
        var values = Centred(column.Values)!;
        var before = Dot(values, values);
        foreach (var (_, direction) in basis)
        {
            var along = Dot(values, direction);
            for (var i = 0; i < values.Length; i++)
            {
                values[i] -= along * direction[i];
            }
        }

        var length = Math.Sqrt(Dot(values, values));
        return length * length < 1e-9 * before ? null : Array.ConvertAll(values, v => v / length);
    }

    private static double[]? Centred(double[] values)
    {
        var mean = values.Average();
        var centred = Array.ConvertAll(values, v => v - mean);
        return Dot(centred, centred) is > 0 and < double.PositiveInfinity ? centred : null;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
