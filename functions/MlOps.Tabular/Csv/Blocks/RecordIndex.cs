using System.Runtime.CompilerServices;

namespace MlOps.Tabular;

/// <summary>
/// Where the records and cells of one block of text lie. Layout: <see cref="Ends"/> holds the end of every cell, record after record;
/// record r has the cells RowFirst[r] .. RowFirst[r]+RowCells[r]-1; its first cell starts at RowStart[r], each other one byte after the end before.
/// </summary>
internal sealed class RecordIndex
{
    /// <summary>Room that a kernel may write beyond <see cref="EndCount"/> without asking.</summary>
    public const int Slack = 64;

    public int[] Ends = new int[1024 + Slack];
    public int EndCount;
    public int[] RowStart = new int[256];
    public int[] RowFirst = new int[256];
    public int[] RowCells = new int[256];

    /// <summary>Line ends of the block that precede the record.</summary>
    public int[] RowLine = new int[256];
    public int RowCount;

    /// <summary>Line ends in the block, also those inside quotes.</summary>
    public int LineCount;

    /// <summary>Whether some cell may start with a quote: then cells need decoding.</summary>
    public bool HasQuotes;

    /// <summary>Whether cells were added that are not in the text: their ends may lie beyond it.</summary>
    public bool EndsRunOver;

    public List<Issue> Issues { get; } = [];

    public void Clear()
    {
        EndsRunOver = false;
        EndCount = 0;
        RowCount = 0;
        LineCount = 0;
        HasQuotes = false;
        Issues.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddEnd(int position)
    {
        if (EndCount + Slack >= Ends.Length)
        {
            GrowEnds();
        }

        Ends[EndCount++] = position;
    }

    public void GrowEnds() => Array.Resize(ref Ends, Ends.Length * 2);

    public void AddRow(int start, int first, int cells, int line)
    {
        if (RowCount == RowStart.Length)
        {
            Array.Resize(ref RowStart, RowCount * 2);
            Array.Resize(ref RowFirst, RowCount * 2);
            Array.Resize(ref RowCells, RowCount * 2);
            Array.Resize(ref RowLine, RowCount * 2);
        }

        RowStart[RowCount] = start;
        RowFirst[RowCount] = first;
        RowCells[RowCount] = cells;
        RowLine[RowCount] = line;
        RowCount++;
    }

    public int CellCount(int row) => RowCells[row];

    public int RowEnd(int row) => Ends[RowFirst[row] + RowCells[row] - 1];

    /// <summary>Bounds of a cell, quotes included.</summary>
    public (int Start, int End) Cell(int row, int cell)
    {
        var at = RowFirst[row] + cell;
        return (cell == 0 ? RowStart[row] : Ends[at - 1] + 1, Ends[at]);
    }

    /// <summary>The record that holds a byte; -1 before the first.</summary>
    public int RowAt(int position)
    {
        var at = RowStart.AsSpan(0, RowCount).BinarySearch(position);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>The cell of a record that holds a byte.</summary>
    public int CellAt(int row, int position)
    {
        for (var cell = 0; cell < RowCells[row]; cell++)
        {
            if (position <= Ends[RowFirst[row] + cell])
            {
                return cell;
            }
        }

        return RowCells[row] - 1;
    }

    /// <summary>Gives a record another number of cells: empty ones are added at its end, or surplus ones dropped.</summary>
    public void Resize(int row, int cells)
    {
        if (cells > RowCells[row])
        {
            EndsRunOver = true;
            var first = EndCount;
            for (var c = 0; c < cells; c++)
            {
                AddEnd(c < RowCells[row] ? Ends[RowFirst[row] + c] : Ends[EndCount - 1] + 1);
            }

            RowFirst[row] = first;
        }

        RowCells[row] = cells;
    }
}

/// <summary>Something wrong in the structure of a block, at a byte of it.</summary>
internal readonly record struct Issue(string Code, int Position);
