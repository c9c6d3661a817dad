using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MlOps.Tabular;

/// <summary>Parses one column of one block after the other, down the rows: cells of one column are alike, which the processor's guesses reward.</summary>
internal sealed class ColumnParser(CsvDialect dialect, Slab slab)
{
    private readonly CellReader _cells = new(dialect);
    private readonly Dictionary<MissingMarkers, Readers> _readers = [];
    private int[] _codes = [];

    public ColumnChunk Parse(in BlockRows rows, ColumnPlan plan)
    {
        var readers = For(plan);
        if (!plan.IsText)
        {
            var numbers = ParseNumbers(readers, rows, plan);
            if (numbers is not null)
            {
                return numbers;
            }

            plan.IsText = true;
        }

        return ParseTexts(readers.Coder, rows, plan.Source);
    }

    /// <summary>Cells that are not of the declared kind, with their content.</summary>
    public IEnumerable<(int Row, string Content)> FindWrong(BlockRows rows, ColumnPlan plan)
    {
        if (plan.Declared == ColumnKind.Number && ParseNumbers(For(plan), rows, plan) is not null)
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

    private static NumberChunk? ParseNumbers(Readers readers, in BlockRows rows, ColumnPlan plan) =>
        plan.Numbers is not null ? readers.Notation.Parse(rows, plan)
        : readers.Lanes.CanRead(rows) && readers.Lanes.TryParse(rows, plan, out var chunk) ? chunk : readers.Numbers.Parse(rows, plan);

    /// <summary>Columns that know the same missing cells share what reads them.</summary>
    private Readers For(ColumnPlan plan)
    {
        if (!_readers.TryGetValue(plan.Missing, out var readers))
        {
            readers = new Readers(
                new TextCoder(plan.Missing.Texts), new NumberLaneCells(_cells, plan.Missing, slab), new NumberCells(_cells, plan.Missing, slab),
                new NotationCells(_cells, plan.Missing, slab));
            _readers.Add(plan.Missing, readers);
        }

        return readers;
    }

    private string? WrongContent(in BlockRows rows, ColumnPlan plan, int row)
    {
        var content = _cells.Content(rows, plan.Source, row);
        var right = plan.Missing.Contains(content) || plan.Declared switch
        {
            ColumnKind.Number => plan.Numbers is { } notation ? notation.TryParse(CellDecoder.Text(content), out _) : NumberParser.TryParse(content, out _),
            ColumnKind.Date => !double.IsNaN(DateText.Seconds(CellDecoder.Text(content), plan.Dates)),
            _ => !double.IsNaN(TypedCells.Boolean(CellDecoder.Text(content), declared: true)),
        };
        return right ? null : CellDecoder.Excerpt(content);
    }

    private TextChunk ParseTexts(TextCoder coder, in BlockRows rows, int column)
    {
        if (_codes.Length < rows.Count)
        {
            _codes = new int[rows.Count * 2];
        }

        var codes = _codes.AsSpan(0, rows.Count);
        coder.Clear();
        if (rows.EndsRunOver)
        {
            for (var r = 0; r < codes.Length; r++)
            {
                codes[r] = coder.Code(_cells.Content(rows, column, r));
            }
        }
        else
        {
            CodeAsTheyStand(coder, rows, column, codes);
        }

        return new TextChunk(codes, coder.Categories, slab);
    }

    /// <summary>Cells straight from the text, but those that begin with a quote.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)] // a hot loop of its own, with the registers to itself, quick from its first call
    private void CodeAsTheyStand(TextCoder coder, in BlockRows rows, int column, Span<int> codes)
    {
        ref var text = ref rows.Text;
        ref var before = ref rows.Grid.Ends(column - 1);
        ref var ends = ref rows.Grid.Ends(column);
        ref var target = ref MemoryMarshal.GetReference(codes);
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

    /// <summary>What reads columns with certain missing markers.</summary>
    private sealed record Readers(TextCoder Coder, NumberLaneCells Lanes, NumberCells Numbers, NotationCells Notation);
}
