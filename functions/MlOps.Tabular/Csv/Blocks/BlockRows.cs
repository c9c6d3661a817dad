using System.Runtime.CompilerServices;

namespace MlOps.Tabular;

/// <summary>The usable rows of a block: text, and where the cells lie in it.</summary>
/// <param name="Buffer">Text from <see cref="TextBlock.Margin"/> on.</param>
/// <param name="Grid">Ends of the cells.</param>
/// <param name="Count">Number of rows.</param>
/// <param name="NeedsDecoding">Whether cells may be quoted.</param>
/// <param name="EndsRunOver">See <see cref="RecordIndex.EndsRunOver"/>.</param>
internal readonly record struct BlockRows(byte[] Buffer, CellGrid Grid, int Count, bool NeedsDecoding, bool EndsRunOver)
{
    /// <summary>Start of the text.</summary>
    public ref byte Text => ref Buffer[TextBlock.Margin];

    /// <summary>Bounds of a cell, quotes included.</summary>
    public (int Start, int End) Cell(int row, int column) =>
        (Unsafe.Add(ref Grid.Ends(column - 1), row) + 1, Unsafe.Add(ref Grid.Ends(column), row));
}
