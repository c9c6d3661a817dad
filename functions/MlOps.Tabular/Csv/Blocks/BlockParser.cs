using System.Runtime.CompilerServices;

namespace MlOps.Tabular;

/// <summary>Parses blocks: index, issues, the rows that can be used, the columns that were asked for. One for each thread; buffers are reused.</summary>
internal sealed class BlockParser(CsvReadOptions options, CsvDialect dialect, CsvHeader header, BlockIndexer kernel, Slab slab)
{
    private readonly RecordIndex _index = new();
    private readonly ColumnParser _columns = new(dialect, slab);
    private readonly CellGrid _grid = new(header.Names.Length, header.Plans.Select(p => p.Source));
    private readonly List<CsvError> _errors = [];
    private readonly List<RejectedRow> _rejected = [];
    private long _errorCount;
    private int _lastRejected;
    private int[] _first = new int[512];
    private int[] _start = new int[512];
    private int[] _line = new int[512];
    private int _rows;
    private int _blank;

    public BlockResult Parse(TextBlock block, bool holdsHeader)
    {
        IndexerFactory.Index(kernel, block.Buffer, TextBlock.Margin, block.Length, dialect, _index);
        _errors.Clear();
        _rejected.Clear();
        _errorCount = 0;
        var from = holdsHeader ? 1 : 0;
        var issues = BlockIssues.Find(block, _index, options);
        if (options.KeepStrayQuotes)
        {
            issues.RemoveAll(i => i.Code is CsvErrorCodes.StrayQuote or CsvErrorCodes.TextAfterQuote);
        }

        var fatal = issues.FindIndex(i => IsFatal(i, holdsHeader));
        if (fatal >= 0)
        {
            return new BlockResult { Number = block.Number, Fatal = BlockIssues.Describe(issues[fatal], block.Text, _index, 0, header.Names) };
        }

        ChooseRows(block, from, issues);
        var rows = Rows(block);
        if (CheckDeclared(block, rows))
        {
            rows = Rows(block);
        }

        var chunks = new ColumnChunk[header.Plans.Length];
        for (var i = 0; i < chunks.Length; i++)
        {
            chunks[i] = _columns.Parse(rows, header.Plans[i]);
        }

        return new BlockResult
        {
            Number = block.Number,
            RecordCount = _index.RowCount - from - _blank,
            LineCount = _index.LineCount,
            Lines = _line.AsSpan(0, _rows).ToArray(),
            Chunks = chunks,
            Errors = [.. _errors.OrderBy(e => e.Line).ThenBy(e => e.Column)],
            Rejected = [.. _rejected.OrderBy(r => r.Line)],
            ErrorCount = _errorCount,
        };
    }

    private BlockRows Rows(TextBlock block)
    {
        _grid.Fill(_index.Ends, _first, _start, _rows);
        return new(block.Buffer, _grid, _rows, _index.HasQuotes || dialect.SkipSpaceAfterDelimiter, _index.EndsRunOver);
    }

    private bool IsFatal(Issue issue, bool holdsHeader) =>
        issue.Code is CsvErrorCodes.UnclosedQuote or CsvErrorCodes.RecordTooLong || (holdsHeader && _index.RowAt(issue.Position) <= 0);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // quick from its first call
    private void ChooseRows(TextBlock block, int from, List<Issue> issues)
    {
        if (_first.Length < _index.RowCount)
        {
            var size = _index.RowStart.Length;
            (_first, _start, _line) = (new int[size], new int[size], new int[size]);
        }

        _rows = 0;
        _blank = 0;
        var text = block.Text;
        var next = 0;
        var raw = header.Raw;
        for (var r = from; r < _index.RowCount; r++)
        {
            var limit = issues.Count == 0 ? 0 : r + 1 < _index.RowCount ? _index.RowStart[r + 1] : int.MaxValue;
            var bad = false;
            for (; next < issues.Count && issues[next].Position < limit; next++)
            {
                if (_index.RowAt(issues[next].Position) == r)
                {
                    Report(BlockIssues.Describe(issues[next], text, _index, 0, header.Names), text[_index.RowStart[r].._index.RowEnd(r)], r);
                    bad = true;
                }
            }

            if (bad)
            {
                continue;
            }

            if (text[_index.RowStart[r]] is var start && (start == dialect.DelimiterByte || start == ' ') && _index.RowCells[r] > 1
                && text[_index.RowStart[r].._index.RowEnd(r)].IndexOfAnyExcept(dialect.DelimiterByte, (byte)' ') < 0)
            {
                // What a spreadsheet writes for the empty lines below a table.
                _blank++;
                continue;
            }

            if (_index.RowCells[r] != header.Names.Length)
            {
                if (!options.RepairRaggedRows || !CanRepair(text, r))
                {
                    Report(Ragged(text, r), text[_index.RowStart[r].._index.RowEnd(r)], r);
                    continue;
                }

                _index.Resize(r, header.Names.Length);
            }

            if (raw.Length > 0 && text[_index.RowStart[r]..].StartsWith(raw) && _index.RowEnd(r) == _index.RowStart[r] + raw.Length)
            {
                Report(CsvError.Of(CsvErrorCodes.RepeatedHeader, _index.RowLine[r], 0, null, Remark.Of("csv-repeated-header", "this row repeats the header; perhaps two files were joined. Remove the line."), CellDecoder.Excerpt(raw)), raw, r);
                continue;
            }

            _first[_rows] = _index.RowFirst[r];
            _start[_rows] = _index.RowStart[r];
            _line[_rows] = _index.RowLine[r];
            _rows++;
        }
    }

    /// <summary>Leaves out rows with a cell that is not of its declared kind; whether there were any.</summary>
    private bool CheckDeclared(TextBlock block, BlockRows rows)
    {
        HashSet<int>? wrong = null;
        foreach (var plan in header.Plans)
        {
            if (plan.Declared is not (null or ColumnKind.Text))
            {
                foreach (var (row, content) in _columns.FindWrong(rows, plan))
                {
                    if ((wrong ??= []).Add(row))
                    {
                        Report(CsvError.Of(CsvErrorCodes.WrongKind, _line[row], plan.Source + 1, plan.Name, WrongKind.Of(content, plan), content), RawRow(block.Text, row), _index.RowCount + row);
                    }
                }
            }
        }

        if (wrong is null)
        {
            return false;
        }

        var kept = 0;
        for (var r = 0; r < _rows; r++)
        {
            if (!wrong.Contains(r))
            {
                (_first[kept], _start[kept], _line[kept]) = (_first[r], _start[r], _line[r]);
                kept++;
            }
        }

        _rows = kept;
        return true;
    }

    private bool CanRepair(ReadOnlySpan<byte> text, int row)
    {
        for (var c = header.Names.Length; c < _index.CellCount(row); c++)
        {
            var (start, end) = _index.Cell(row, c);
            if (!text[start..end].Trim((byte)' ').IsEmpty)
            {
                return false;
            }
        }

        return true;
    }

    private CsvError Ragged(ReadOnlySpan<byte> text, int row)
    {
        var cells = _index.CellCount(row);
        var remark = cells < header.Names.Length
            ? Remark.Of("csv-few-cells", "the row has {cells} {cells|cell|cells}, the header {names}. Cells are missing.", ("cells", cells), ("names", header.Names.Length))
            : Remark.Of("csv-many-cells", "the row has {cells} {cells|cell|cells}, the header {names}. There are too many cells, or a cell with the delimiter in it is not quoted.", ("cells", cells), ("names", header.Names.Length));
        return CsvError.Of(CsvErrorCodes.Ragged, _index.RowLine[row], 0, null, remark, CellDecoder.Excerpt(text[_index.RowStart[row].._index.RowEnd(row)]));
    }

    private ReadOnlySpan<byte> RawRow(ReadOnlySpan<byte> text, int usable)
    {
        var row = _index.RowAt(_start[usable]);
        return text[_start[usable].._index.RowEnd(row)];
    }

    /// <param name="error">The error.</param>
    /// <param name="raw">The whole row.</param>
    /// <param name="row">Tells rows apart: only the first error of a row goes with its text.</param>
    private void Report(CsvError error, ReadOnlySpan<byte> raw, int row)
    {
        if (options.KeepRejectedRows && (_rejected.Count == 0 || _lastRejected != row))
        {
            _rejected.Add(new RejectedRow(row < _index.RowCount ? _index.RowLine[row] : error.Line, error.Column, error.Code, error.Message, CellDecoder.Text(raw)));
            _lastRejected = row;
        }

        _errorCount++;
        if (_errors.Count < options.MaxErrors)
        {
            _errors.Add(error);
        }
    }
}
