using System.Globalization;

namespace MlOps.Tabular;

/// <summary>Gathers what <see cref="ColumnProfile"/> says of one column, piece by piece; two profilers of parts merge into one of the whole.</summary>
internal sealed class ColumnProfiler(string name)
{
    private static readonly double[] Probabilities = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
    private const int Bins = 20;

    private readonly ValueCounts<double> _numbers = new(Comparer<double>.Default);
    private readonly ValueCounts<string> _texts = new(StringComparer.Ordinal);
    private readonly KllSketch _quantiles = new();
    private readonly HyperLogLog _distinct = new();
    private readonly Dictionary<(string Value, string Label), long> _pairs = [];
    private bool _pairsOverflowed;
    private Moments _moments;
    private Moments _withLabel;
    private long _count;
    private long _missing;
    private long _textCount;
    private bool _whole = true;
    private double _least = double.PositiveInfinity;
    private double _most = double.NegativeInfinity;
    private ColumnKind? _declared;

    public string Name => name;

    public void Add(ReadOnlySpan<double> values, ReadOnlySpan<double> label, ColumnKind kind = ColumnKind.Number)
    {
        _declared = kind == ColumnKind.Number ? _declared : kind;
        _count += values.Length;
        var present = new double[values.Length];
        var n = 0;
        foreach (var value in values)
        {
            if (double.IsNaN(value))
            {
                continue;
            }

            present[n++] = value;
            _whole &= value == Math.Floor(value);
            _least = Math.Min(_least, value);
            _most = Math.Max(_most, value);
        }

        _missing += values.Length - n;
        var found = present.AsSpan(0, n);
        _moments.Merge(Moments.Of(found, default));
        if (!label.IsEmpty)
        {
            _withLabel.Merge(Moments.Of(values, label));
        }

        Count(found);
    }

    public void Add(ReadOnlySpan<int> codes, IReadOnlyList<string> categories, ReadOnlySpan<int> labelCodes, IReadOnlyList<string> labels)
    {
        _count += codes.Length;
        var counts = new long[categories.Count];
        var pairs = labelCodes.IsEmpty || _pairsOverflowed ? [] : new long[categories.Count * labels.Count];
        for (var i = 0; i < codes.Length; i++)
        {
            if (codes[i] < 0)
            {
                _missing++;
                continue;
            }

            counts[codes[i]]++;
            if (pairs.Length > 0 && labelCodes[i] >= 0)
            {
                pairs[(codes[i] * labels.Count) + labelCodes[i]]++;
            }
        }

        for (var c = 0; c < counts.Length; c++)
        {
            if (counts[c] > 0)
            {
                AddText(categories[c], counts[c]);
            }

            for (var l = 0; l < labels.Count && pairs.Length > 0; l++)
            {
                AddPair(categories[c], labels[l], pairs[(c * labels.Count) + l]);
            }
        }
    }

    public void Merge(ColumnProfiler other)
    {
        _declared ??= other._declared;
        _count += other._count;
        _missing += other._missing;
        _whole &= other._whole;
        _least = Math.Min(_least, other._least);
        _most = Math.Max(_most, other._most);
        _moments.Merge(other._moments);
        _withLabel.Merge(other._withLabel);
        if (!other._numbers.IsExact && _numbers.IsExact)
        {
            Overflow();
        }

        if (!other._numbers.IsExact)
        {
            _quantiles.Merge(other._quantiles);
            _distinct.Merge(other._distinct);
        }

        foreach (var (value, count) in other._numbers.Counts)
        {
            AddNumber(value, count, sketched: !other._numbers.IsExact);
        }

        if (!other._texts.IsExact)
        {
            _distinct.Merge(other._distinct);
            _texts.MarkInexact();
        }

        foreach (var (text, count) in other._texts.Counts)
        {
            AddText(text, count);
        }

        foreach (var ((value, label), count) in other._pairs)
        {
            AddPair(value, label, count);
        }

        _pairsOverflowed |= other._pairsOverflowed;
    }

    public ColumnProfile Build(string? label)
    {
        if (_textCount > 0)
        {
            return Text(label);
        }

        var any = _moments.Count > 0;
        var exact = _numbers.IsExact;
        var (values, weights) = exact ? ExactWeights() : _quantiles.Sorted();
        var kind = _declared ?? ColumnKind.Number;
        return new ColumnProfile(
            name,
            kind switch { ColumnKind.Boolean => "boolean", ColumnKind.Date => "date", _ => any && _whole ? "integer" : "number" },
            _count,
            _missing,
            exact ? values.Length : Distinct(),
            exact,
            any ? _least + 0.0 : null, // a minimum of -0 is told as 0
            any ? _most + 0.0 : null,
            any ? _moments.MeanX : null,
            _moments.Count > 1 ? _moments.StandardDeviation : null,
            any ? Sketches.Quantiles(values, weights, Probabilities, _least, _most) : [],
            any ? Sketches.Histogram(values, weights, _least, _most, Bins) : [],
            [.. _numbers.Top(20).Select(t => new TopValue(CellFormat.Text(t.Key, kind), t.Value))],
            label is not null && label != name && double.IsFinite(_withLabel.Correlation) ? new LabelAssociation("correlation", _withLabel.Correlation) : null,
            exact && kind == ColumnKind.Number ? ColumnNotes.OfNumbers(_numbers.Counts) : null);
    }

    private ColumnProfile Text(string? label)
    {
        // A column that began with numbers and turned out to be text: its numbers count as texts in their shortest form.
        foreach (var (value, count) in _numbers.Counts)
        {
            AddText(value.ToString("R", CultureInfo.InvariantCulture), count);
        }

        var exact = _texts.IsExact && _numbers.IsExact;
        var type = exact ? TextType() : "text";
        var v = label is not null && label != name && !_pairsOverflowed ? Sketches.CramersV(_pairs) : double.NaN;
        return new ColumnProfile(
            name, type, _count, _missing, exact ? _texts.Counts.Count : Distinct(), exact, null, null, null, null, [], [],
            [.. _texts.Top(20).Select(t => new TopValue(t.Key, t.Value))],
            double.IsFinite(v) ? new LabelAssociation("cramers_v", v) : null,
            exact && type == "text" ? ColumnNotes.OfTexts(_texts.Counts) : null);
    }

    // The estimate may lie above what there can be.
    private long Distinct() => Math.Min(_distinct.Estimate(), _count - _missing);

    private string TextType()
    {
        if (_texts.Counts.Keys.All(t => !double.IsNaN(TypedCells.Boolean(t, declared: false))))
        {
            return "boolean";
        }

        return _texts.Counts.Keys.All(t => !double.IsNaN(TypedCells.Date(t))) ? "date" : "text";
    }

    private void Count(ReadOnlySpan<double> values)
    {
        var sketched = !_numbers.IsExact;
        if (sketched)
        {
            _quantiles.Add(values);
            foreach (var value in values)
            {
                _distinct.Add(CellHash.Of(value));
            }
        }

        foreach (var value in values)
        {
            AddNumber(value, 1, sketched);
        }
    }

    /// <param name="value">The number.</param>
    /// <param name="count">How often.</param>
    /// <param name="sketched">Whether the sketches have it already.</param>
    private void AddNumber(double value, long count, bool sketched)
    {
        if (!sketched && !_numbers.IsExact)
        {
            _quantiles.Add(value, count);
            _distinct.Add(CellHash.Of(value));
        }

        if (_numbers.Add(value, count))
        {
            if (_numbers.IsExact)
            {
                Overflow();
            }

            _numbers.Prune();
        }
    }

    /// <summary>From exact counts to sketches: what was counted goes in with its weight.</summary>
    private void Overflow()
    {
        foreach (var (value, count) in _numbers.Counts.OrderBy(c => c.Key))
        {
            _quantiles.Add(value, count);
            _distinct.Add(CellHash.Of(value));
        }

        if (_numbers.Counts.Count <= ValueCounts<double>.Limit)
        {
            _numbers.MarkInexact();
        }
    }

    private void AddText(string text, long count)
    {
        _textCount += count;
        _distinct.Add(CellHash.Of(text));
        if (_texts.Add(text, count))
        {
            _texts.Prune();
        }
    }

    private void AddPair(string value, string label, long count)
    {
        if (count == 0 || _pairsOverflowed)
        {
            return;
        }

        _pairs[(value, label)] = _pairs.GetValueOrDefault((value, label)) + count;
        if (_pairs.Count > ValueCounts<string>.Limit)
        {
            _pairsOverflowed = true;
            _pairs.Clear();
        }
    }

    private (double[] Values, long[] Weights) ExactWeights()
    {
        var sorted = _numbers.Counts.OrderBy(c => c.Key).ToArray();
        return ([.. sorted.Select(c => c.Key)], [.. sorted.Select(c => c.Value)]);
    }
}
