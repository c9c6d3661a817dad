using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>Parses one column of one block after the other, down the rows: cells of one column are alike, which the processor's guesses reward.</summary>
internal sealed class ColumnParser
{
    private readonly MissingMarkers _missing;
    private readonly Slab _slab;
    private readonly TextCoder _coder;
    private readonly CellReader _cells;
    private readonly NumberLaneCells _lanes;
    private readonly NumberCells _numbers;
    private int[] _codes = [];

    public ColumnParser(CsvDialect dialect, MissingMarkers missing, Slab slab)
    {
        _missing = missing;
        _slab = slab;
        _coder = new TextCoder(missing.Texts);
        _cells = new CellReader(dialect);
        _lanes = new NumberLaneCells(_cells, missing, slab);
        _numbers = new NumberCells(_cells, missing, slab);
    }

    public ColumnChunk Parse(in BlockRows rows, ColumnPlan plan)
    {
        if (!plan.IsText)
        {
            var numbers = ParseNumbers(rows, plan);
            if (numbers is not null)
            {
                return numbers;
            }

            plan.IsText = true;
        }

        return ParseTexts(rows, plan.Source);
    }

    /// <summary>Cells that are not of the declared kind, with their content.</summary>
    public IEnumerable<(int Row, string Content)> FindWrong(BlockRows rows, ColumnPlan plan)
    {
        if (plan.Declared == ColumnKind.Number && ParseNumbers(rows, plan) is not null)
        {
            yield break;
        }

        for (var r = 0; r < rows.Count; r++)
        {
            if (WrongContent(rows, plan, r) is { } wrong)
            {
                yield return (r, wrong);
            }
        }
    }

    private NumberChunk? ParseNumbers(in BlockRows rows, ColumnPlan plan) =>
        _lanes.CanRead(rows) && _lanes.TryParse(rows, plan, out var chunk) ? chunk : _numbers.Parse(rows, plan);

    private string? WrongContent(in BlockRows rows, ColumnPlan plan, int row)
    {
        var content = _cells.Content(rows, plan.Source, row);
        var right = _missing.Contains(content) || plan.Declared switch
        {
            ColumnKind.Number => NumberParser.TryParse(content, out _),
            ColumnKind.Date => !double.IsNaN(TypedCells.Date(CellDecoder.Text(content))),
            _ => !double.IsNaN(TypedCells.Boolean(CellDecoder.Text(content), declared: true)),
        };
        return right ? null : CellDecoder.Excerpt(content);
    }

    private TextChunk ParseTexts(in BlockRows rows, int column)
    {
        if (_codes.Length < rows.Count)
        {
            _codes = new int[rows.Count * 2];
        }

        var codes = _codes.AsSpan(0, rows.Count);
        _coder.Clear();
        if (rows.EndsRunOver)
        {
            for (var r = 0; r < codes.Length; r++)
            {
                codes[r] = _coder.Code(_cells.Content(rows, column, r));
            }
        }
        else
        {
            CodeAsTheyStand(rows, column, codes);
        }

        return new TextChunk(codes, _coder.Categories, _slab);
    }

    /// <summary>Cells straight from the text, but those that begin with a quote.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)] // a hot loop of its own, with the registers to itself, quick from its first call
    private void CodeAsTheyStand(in BlockRows rows, int column, Span<int> codes)
    {
        ref var text = ref rows.Text;
        ref var before = ref rows.Grid.Ends(column - 1);
        ref var ends = ref rows.Grid.Ends(column);
        ref var target = ref MemoryMarshal.GetReference(codes);
        var coder = _coder;
        int decodeUpTo = rows.NeedsDecoding ? _cells.MayNeedDecoding : -1;
        for (nint r = 0; r < codes.Length; r++)
        {
            nint start = Unsafe.Add(ref before, r) + 1;
            nint end = Unsafe.Add(ref ends, r);
            Unsafe.Add(ref target, r) = Unsafe.Add(ref text, start) <= decodeUpTo
                ? coder.Code(_cells.Content(rows, column, (int)r))
                : coder.Code(ref Unsafe.Add(ref text, end), (int)(end - start));
        }
    }
}
