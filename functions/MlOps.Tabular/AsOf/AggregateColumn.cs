using System.Globalization;

namespace MlOps.Tabular;

/// <summary>A column that a join adds, while it is filled: each row once, by any thread.</summary>
internal abstract class AggregateColumn(Aggregate aggregate)
{
    /// <summary>What the column is.</summary>
    protected Aggregate Aggregate { get; } = aggregate;

    /// <summary>How far back events are seen, in seconds.</summary>
    public double Window => Aggregate.Window;

    /// <summary>Sets the cell of a row that has no key or no time.</summary>
    public abstract void SetMissing(int row);

    /// <summary>Sets the cell of a row from the side rows that it sees.</summary>
    /// <param name="row">Row of the main table.</param>
    /// <param name="seen">Places in the side table, by event time.</param>
    /// <param name="room">Room to work in, as many numbers as rows are seen or more.</param>
    public abstract void Set(int row, ReadOnlySpan<int> seen, SeenRows room);

    /// <summary>The column, once every row is set.</summary>
    public abstract Column Finish();

    /// <summary>An empty column of so many rows.</summary>
    /// <param name="aggregate">What it is.</param>
    /// <param name="side">The side table's column in the table's order; <see langword="null"/> where the table has no rows at all.</param>
    /// <param name="rows">Rows of the main table.</param>
    /// <exception cref="ArgumentException">The function does not fit the column.</exception>
    public static AggregateColumn Of(Aggregate aggregate, Column? side, int rows) => (aggregate.Function, side) switch
    {
        (AggregateFunction.Last, TextColumn texts) => new LastText(aggregate, texts, rows),
        (AggregateFunction.Count or AggregateFunction.Distinct or AggregateFunction.Share, TextColumn texts) => new NumberOfTexts(aggregate, texts, rows),
        (_, TextColumn) => throw new ArgumentException($"'{aggregate.Column}' holds texts, of which there is no {aggregate.Function}.", nameof(aggregate)),
        (_, NumberColumn numbers) => new NumberOfNumbers(aggregate, numbers.Values, rows),
        _ => new NumberOfNumbers(aggregate, [], rows),
    };

    private abstract class NumberResult(Aggregate aggregate, int rows) : AggregateColumn(aggregate)
    {
        protected double[] Results { get; } = new double[rows];

        public override void SetMissing(int row) => Results[row] = double.NaN;

        public override Column Finish() => new NumberColumn(Aggregate.Name, Results);
    }

    private sealed class NumberOfNumbers(Aggregate aggregate, double[] values, int rows) : NumberResult(aggregate, rows)
    {
        private readonly double _wanted = aggregate.Value is { } text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : double.NaN;

        public override void Set(int row, ReadOnlySpan<int> seen, SeenRows room)
        {
            var (count, sum, least, most, last, wanted) = (0, 0.0, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 0);
            var distinct = Aggregate.Function == AggregateFunction.Distinct;
            foreach (var place in seen)
            {
                var value = values[place];
                if (double.IsNaN(value))
                {
                    continue;
                }

                if (distinct)
                {
                    room.Numbers[count] = value;
                }

                count++;
                sum += value;
                least = value < least ? value : least;
                most = value > most ? value : most;
                last = value;
                wanted += value == _wanted ? 1 : 0;
            }

            Results[row] = Aggregate.Function switch
            {
                AggregateFunction.Count => count,
                AggregateFunction.Distinct => Distinct(room.Numbers.AsSpan(0, count)),
                _ when count == 0 => double.NaN,
                AggregateFunction.Sum => sum,
                AggregateFunction.Mean => sum / count,
                AggregateFunction.Min => least,
                AggregateFunction.Max => most,
                AggregateFunction.Share => (double)wanted / count,
                _ => last,
            };
        }
    }

    private sealed class NumberOfTexts(Aggregate aggregate, TextColumn texts, int rows) : NumberResult(aggregate, rows)
    {
        private readonly int _wanted = aggregate.Value is { } value ? texts.Categories.ToList().IndexOf(value) : -1;

        public override void Set(int row, ReadOnlySpan<int> seen, SeenRows room)
        {
            var codes = texts.Codes;
            var (count, wanted) = (0, 0);
            foreach (var place in seen)
            {
                if (codes[place] >= 0)
                {
                    room.Numbers[count++] = codes[place];
                    wanted += codes[place] == _wanted ? 1 : 0;
                }
            }

            Results[row] = Aggregate.Function switch
            {
                AggregateFunction.Count => count,
                AggregateFunction.Distinct => Distinct(room.Numbers.AsSpan(0, count)),
                _ => count == 0 ? double.NaN : (double)wanted / count,
            };
        }
    }

    private sealed class LastText(Aggregate aggregate, TextColumn texts, int rows) : AggregateColumn(aggregate)
    {
        private readonly int[] _codes = new int[rows];

        public override void SetMissing(int row) => _codes[row] = -1;

        public override void Set(int row, ReadOnlySpan<int> seen, SeenRows room)
        {
            var at = seen.Length - 1;
            while (at >= 0 && texts.Codes[seen[at]] < 0)
            {
                at--;
            }

            _codes[row] = at < 0 ? -1 : texts.Codes[seen[at]];
        }

        // Taken once more, so that the categories stand in the order in which the rows have them.
        public override Column Finish() => new TextColumn(Aggregate.Name, _codes, [.. texts.Categories]).TakeRows([.. Enumerable.Range(0, _codes.Length)]);
    }

    private static int Distinct(Span<double> values)
    {
        values.Sort();
        var distinct = values.Length > 0 ? 1 : 0;
        for (var i = 1; i < values.Length; i++)
        {
            distinct += values[i] != values[i - 1] ? 1 : 0;
        }

        return distinct;
    }
}
