using System.Runtime.CompilerServices;

namespace MlOps.Tabular;

/// <summary>
/// Where the records and cells of one block of text lie. Layout: <see cref="Ends"/> holds the end of every cell, record after record;
/// record r has the cells RowFirst[r] .. RowFirst[r+1]-1; its first cell starts at RowStart[r], each other one byte after the end before.
/// </summary>
internal sealed class RecordIndex
{
    public int[] Ends = new int[1024];
    public int EndCount;
    public int[] RowStart = new int[256];
    public int[] RowFirst = new int[256];

    /// <summary>Line ends of the block that precede the record.</summary>
    public int[] RowLine = new int[256];
    public int RowCount;

    /// <summary>Line ends in the block, also those inside quotes.</summary>
    public int LineCount;

    /// <summary>Whether some cell starts with a quote or the block holds an escape: then cells need decoding.</summary>
    public bool HasQuotes;

    public List<Issue> Issues { get; } = [];

    public void Clear()
    {
        EndCount = 0;
        RowCount = 0;
        LineCount = 0;
        HasQuotes = false;
        Issues.Clear();
        RowFirst[0] = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddEnd(int position)
    {
        if (EndCount == Ends.Length)
        {
            Array.Resize(ref Ends, EndCount * 2);
        }

        Ends[EndCount++] = position;
    }

    public void AddRow(int start, int line)
    {
        if (RowCount + 1 >= RowStart.Length)
        {
            Array.Resize(ref RowStart, RowStart.Length * 2);
            Array.Resize(ref RowFirst, RowFirst.Length * 2);
            Array.Resize(ref RowLine, RowLine.Length * 2);
        }

        RowStart[RowCount] = start;
        RowLine[RowCount] = line;
        RowCount++;
        RowFirst[RowCount] = EndCount;
    }

    public int CellCount(int row) => RowFirst[row + 1] - RowFirst[row];

    public int RowEnd(int row) => Ends[RowFirst[row + 1] - 1];

    /// <summary>Bounds of a cell, quotes included.</summary>
    public (int Start, int End) Cell(int row, int cell)
    {
        var at = RowFirst[row] + cell;
        return (cell == 0 ? RowStart[row] : Ends[at - 1] + 1, Ends[at]);
    }

    /// <summary>The record that holds a byte.</summary>
    public int RowAt(int position)
    {
        var at = RowStart.AsSpan(0, RowCount).BinarySearch(position);
        return at >= 0 ? at : ~at - 1;
    }

    /// <summary>The cell of a record that holds a byte.</summary>
    public int CellAt(int row, int position)
    {
        for (var cell = 0; cell < CellCount(row); cell++)
        {
            if (position <= Ends[RowFirst[row] + cell])
            {
                return cell;
            }
        }

        return CellCount(row) - 1;
    }
}

/// <summary>Something wrong in the structure of a block, at a byte of it.</summary>
internal readonly record struct Issue(string Code, int Position);
