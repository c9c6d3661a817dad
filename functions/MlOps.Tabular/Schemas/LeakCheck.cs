using System.Globalization;

namespace MlOps.Tabular;

/// <summary>Columns that alone tell the label, judged on rows taken evenly from the whole file.</summary>
internal sealed class LeakCheck(TableSchema schema)
{
    // Above it a single column tells the label almost perfectly.
    private const double LeakingAuc = 0.995;

    // So many rows show it; sorting all of a large file by each column would take longer than reading it.
    private const int MostRows = 50_000;

    // A file of many blocks would else leave as many tables of a few rows, each far larger than its rows.
    private const int MostSmallParts = 64;

    private readonly List<Table> _parts = [];
    private int _joined;
    private long _rows;
    private long _stride = 1;
    private long _kept;

    /// <summary>Keeps the rows whose number is a multiple of the stride, which doubles whenever they would be too many.</summary>
    public void Add(Table part)
    {
        if (schema.Label is null || part.Find(schema.Label) is null)
        {
            return;
        }

        // In place of its line, each row is known by its number in the file.
        var rows = new long[part.RowCount];
        for (var r = 0; r < rows.Length; r++)
        {
            rows[r] = _rows + r;
        }

        while (_kept + (part.RowCount / _stride) > MostRows)
        {
            _stride *= 2;
            _kept = 0;
            Join();
            for (var p = 0; p < _parts.Count; p++)
            {
                _parts[p] = Thinned(_parts[p]);
                _kept += _parts[p].RowCount;
            }
        }

        var kept = Thinned(new Table(part.Columns, rows, part.RowCount));
        _rows += part.RowCount;
        _kept += kept.RowCount;
        if (kept.RowCount > 0)
        {
            _parts.Add(kept);
            if (_parts.Count - _joined >= MostSmallParts)
            {
                Join();
            }
        }
    }

    public void Report(long rows, FindingCollector findings)
    {
        if (_kept == 0)
        {
            return;
        }

        var sample = Table.Concatenate(_parts);
        if (BinaryLabel.From(sample[schema.Label!]) is not { } binary)
        {
            return;
        }

        foreach (var column in sample.Columns)
        {
            if (column.Name == schema.Label || column.Name == schema.Id)
            {
                continue;
            }

            var auc = binary.Auc(column);
            if (Math.Max(auc, 1 - auc) >= LeakingAuc)
            {
                findings.Add(SchemaRules.LeakingColumn, column.Name, 1, rows, Remark.Of(
                    "schema-leak", "The column '{column}' alone tells the label '{label}' almost perfectly (AUC {auc}). It probably is made from the label; take it out of the features.",
                    ("column", column.Name), ("label", schema.Label!), ("auc", Math.Max(auc, 1 - auc).ToString("0.000", CultureInfo.InvariantCulture))));
            }
        }
    }

    private void Join()
    {
        if (_parts.Count - _joined > 1)
        {
            var joined = Table.Concatenate(_parts[_joined..]);
            _parts.RemoveRange(_joined, _parts.Count - _joined);
            _parts.Add(joined);
        }

        _joined = _parts.Count;
    }

    private Table Thinned(Table table)
    {
        if (_stride == 1)
        {
            return table;
        }

        var rows = new List<int>();
        for (var r = 0; r < table.RowCount; r++)
        {
            if (table.LineNumbers[r] % _stride == 0)
            {
                rows.Add(r);
            }
        }

        return table.TakeRows([.. rows]);
    }
}
