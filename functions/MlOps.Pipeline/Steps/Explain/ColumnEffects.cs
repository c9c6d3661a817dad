using MlOps.Learning.Learners;
using MlOps.Pipeline.Steps.Accumulate;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>Sums up contributions by column.</summary>
internal sealed class ColumnEffects
{
    // One part in a hundred thousand of a raw score is beyond any chart, and short numbers keep the artifact small.
    private const int Digits = 5;
    private const int TextLengthMax = 60;

    private readonly Transform _transform;
    private readonly Table _table;
    private readonly int[] _rows;
    private readonly double[] _values;
    private readonly int _outputs;
    private readonly double[] _gain;
    private readonly double[] _splits;
    private readonly IReadOnlyList<string> _names;

    public ColumnEffects(LearnedModel model, HistoryRows history, int[] rows, double[] contributions)
    {
        _transform = history.Transform;
        _table = history.Table;
        _rows = rows;
        _values = contributions;
        _outputs = model.Outputs;
        _gain = model.Importance();
        _splits = model.Splits();
        _names = model.FeatureNames;
    }

    public IReadOnlyList<FeatureImportance> Features() =>
    [
        .. _transform.Columns.SelectMany(column => column.Features.Select(_ => column.Column))
            .Select((column, i) => new FeatureImportance(_names[i], column, _gain[i], _splits[i]))
            .OrderByDescending(f => f.Gain).ThenBy(f => f.Feature, StringComparer.Ordinal),
    ];

    public IReadOnlyList<ColumnEffect> Columns(int withPoints)
    {
        var effects = new List<(ColumnEffect Effect, int Index)>();
        var feature = 0;
        for (var i = 0; i < _transform.Columns.Count; i++)
        {
            var column = _transform.Columns[i];
            var (gain, splits) = (0.0, 0.0);
            for (var k = 0; k < column.Features.Count; k++, feature++)
            {
                gain += _gain[feature];
                splits += _splits[feature];
            }

            double[] byOutput = [.. Enumerable.Range(0, _outputs).Select(k => MeanAbsolute(i, k))];
            var strongest = Array.IndexOf(byOutput, byOutput.Max());
            effects.Add((new ColumnEffect(
                column.Column, column.Encoding is ColumnEncoding.Number, gain, splits, byOutput.Sum(), byOutput, strongest, []), i));
        }

        return
        [
            .. effects.OrderByDescending(e => e.Effect.MeanAbsolute).ThenByDescending(e => e.Effect.Gain).ThenBy(e => e.Effect.Column, StringComparer.Ordinal)
                .Select((e, rank) => rank < withPoints && e.Effect.MeanAbsolute > 0 ? e.Effect with { Points = Points(e.Effect, e.Index) } : e.Effect),
        ];
    }

    private double MeanAbsolute(int column, int output)
    {
        var sum = 0.0;
        for (var row = 0; row < _rows.Length; row++)
        {
            sum += Math.Abs(Value(row, output, column));
        }

        return _rows.Length == 0 ? 0 : sum / _rows.Length;
    }

    private EffectPoint[] Points(ColumnEffect effect, int column)
    {
        var source = _table.Find(effect.Column);
        var points = new EffectPoint[_rows.Length];
        for (var row = 0; row < points.Length; row++)
        {
            var contribution = Math.Round(Value(row, effect.Output, column), Digits);
            points[row] = source is null || source.IsMissing(_rows[row])
                ? new EffectPoint(null, null, contribution)
                : effect.IsNumber && source is NumberColumn numbers
                    ? new EffectPoint(numbers.Values[_rows[row]], null, contribution)
                    : new EffectPoint(null, Short(source.Text(_rows[row])!), contribution);
        }

        return points;
    }

    private double Value(int row, int output, int column) =>
        _values[(((row * _outputs) + output) * (_transform.Columns.Count + 1)) + column];

    private static string Short(string text) => text.Length <= TextLengthMax ? text : string.Concat(text.AsSpan(0, TextLengthMax - 1), "…");
}
