using System.Globalization;
using System.Text;
using MlOps.Pipeline.Steps.Transforms;
using MlOps.Tabular;

namespace MlOps.Pipeline.Steps.Explain;

/// <summary>
/// The columns that moved a row's raw score most, strongest first, whatever their direction. Written as
/// <c>EXT_SOURCE_2 = 0.31 (+0.412)</c>: column, value, contribution to the raw score (of the predicted class, where there are several).
/// </summary>
internal sealed class RowReasons
{
    private const int BlockRows = 4096;
    private const int TextLengthMax = 80;

    private readonly Column?[] _columns;
    private readonly string[] _names;
    private readonly int[] _column;
    private readonly float[] _contribution;

    private RowReasons(Table table, Transform transform, int count)
    {
        Count = count;
        _names = [.. transform.Columns.Select(c => c.Column)];
        _columns = [.. _names.Select(table.Find)];
        _column = new int[table.RowCount * count];
        _contribution = new float[table.RowCount * count];
    }

    /// <summary>Reasons of a row.</summary>
    public int Count { get; }

    /// <summary>Finds the reasons of every row, block by block.</summary>
    /// <param name="contributions">The model.</param>
    /// <param name="transform">Its transform.</param>
    /// <param name="table">The drop as it was read, row for row with <paramref name="features"/>.</param>
    /// <param name="features">The drop's features.</param>
    /// <param name="outputOf">Output that a row's reasons are about.</param>
    /// <param name="count">Reasons a row.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="cancellation">Stops between blocks.</param>
    public static RowReasons Find(
        Contributions contributions, Transform transform, Table table, double[][] features, Func<int, int> outputOf, int count, int threads, CancellationToken cancellation)
    {
        var reasons = new RowReasons(table, transform, count);
        for (var start = 0; start < table.RowCount; start += BlockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            var rows = Math.Min(BlockRows, table.RowCount - start);
            var values = contributions.Of(features, start, rows, threads);
            for (var i = 0; i < rows; i++)
            {
                var of = values.AsSpan((i * contributions.Width) + (outputOf(start + i) * (contributions.Columns + 1)), contributions.Columns);
                reasons.Choose(start + i, of);
            }
        }

        return reasons;
    }

    /// <summary>One reason; empty where fewer columns took part.</summary>
    /// <param name="row">Row of the drop.</param>
    /// <param name="rank">From 0, the strongest.</param>
    public string Text(int row, int rank)
    {
        var at = (row * Count) + rank;
        if (_contribution[at] == 0)
        {
            return "";
        }

        var column = _columns[_column[at]];
        var value = column is null || column.IsMissing(row) ? " missing" : " = " + Plain(column.Text(row)!);
        return string.Create(CultureInfo.InvariantCulture, $"{Plain(_names[_column[at]])}{value} ({_contribution[at]:+0.000;-0.000;0.000})");
    }

    // Equal contributions: the column that comes first in the file.
    private void Choose(int row, ReadOnlySpan<double> contributions)
    {
        for (var rank = 0; rank < Count; rank++)
        {
            var best = -1;
            for (var c = 0; c < contributions.Length; c++)
            {
                if ((best < 0 || Math.Abs(contributions[c]) > Math.Abs(contributions[best])) && !IsChosen(row, rank, c))
                {
                    best = c;
                }
            }

            if (best < 0)
            {
                return;
            }

            _column[(row * Count) + rank] = best;
            _contribution[(row * Count) + rank] = (float)contributions[best];
        }
    }

    private bool IsChosen(int row, int rank, int column) => _column.AsSpan(row * Count, rank).Contains(column);

    // A cell of one line whatever the data holds; the writer guards what a spreadsheet would take for a formula.
    private static string Plain(string text)
    {
        var plain = new StringBuilder(Math.Min(text.Length, TextLengthMax));
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, TextLengthMax)))
        {
            plain.Append(char.IsControl(c) ? ' ' : c);
        }

        return plain.ToString();
    }
}
