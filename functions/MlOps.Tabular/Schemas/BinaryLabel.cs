namespace MlOps.Tabular;

/// <summary>A label of two values, and how well a column alone orders them.</summary>
internal sealed class BinaryLabel
{
    private const int LeastRows = 50;
    private readonly sbyte[] _classes; // 1, 0, or -1 where the label is missing

    private BinaryLabel(sbyte[] classes)
    {
        _classes = classes;
    }

    /// <summary>The label's two classes; <see langword="null"/> when it has not exactly two, or too few rows to judge by.</summary>
    public static BinaryLabel? From(Column label)
    {
        var texts = label as TextColumn ?? TextColumn.FromTexts(label.Name, Enumerable.Range(0, label.RowCount).Select(label.Text));
        if (texts.Categories.Count != 2 || texts.RowCount - texts.MissingCount < LeastRows)
        {
            return null;
        }

        return new BinaryLabel(Array.ConvertAll(texts.Codes, c => (sbyte)c));
    }

    /// <summary>
    /// Probability that the column orders a row of the one class before one of the other, ties counting half (the Mann-Whitney statistic); 0.5 when nothing
    /// can be said. Missing cells are one value of their own; a text column is ordered by its share of class 1, and judged only where its values repeat.
    /// </summary>
    public double Auc(Column column)
    {
        var keys = new double[column.RowCount];
        if (column is NumberColumn numbers)
        {
            for (var r = 0; r < keys.Length; r++)
            {
                keys[r] = double.IsNaN(numbers.Values[r]) ? double.NegativeInfinity : numbers.Values[r];
            }
        }
        else
        {
            var text = (TextColumn)column;
            if (text.Categories.Count * 20 > text.RowCount)
            {
                return 0.5;
            }

            var ones = new double[text.Categories.Count + 1];
            var all = new double[ones.Length];
            for (var r = 0; r < keys.Length; r++)
            {
                if (_classes[r] >= 0)
                {
                    ones[text.Codes[r] + 1] += _classes[r];
                    all[text.Codes[r] + 1]++;
                }
            }

            for (var r = 0; r < keys.Length; r++)
            {
                keys[r] = ones[text.Codes[r] + 1] / Math.Max(1, all[text.Codes[r] + 1]);
            }
        }

        var classes = (sbyte[])_classes.Clone();
        Array.Sort(keys, classes);
        double positives = 0, negatives = 0, ordered = 0;
        for (var r = 0; r < keys.Length;)
        {
            double positive = 0, negative = 0;
            var key = keys[r];
            for (; r < keys.Length && keys[r] == key; r++)
            {
                positive += classes[r] == 1 ? 1 : 0;
                negative += classes[r] == 0 ? 1 : 0;
            }

            ordered += positive * (negatives + (negative / 2));
            positives += positive;
            negatives += negative;
        }

        return positives > 0 && negatives > 0 ? ordered / (positives * negatives) : 0.5;
    }
}
