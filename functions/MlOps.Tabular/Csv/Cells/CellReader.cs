using System.Runtime.CompilerServices;

namespace MlOps.Tabular;

/// <summary>The content of one cell of a block. For one thread: a content is valid until the next is read.</summary>
internal sealed class CellReader(CsvDialect dialect)
{
    // A cell is decoded only when it starts with the quote (or a space to skip): no printing character but these lies below them.
    private byte[] _buffer = new byte[256];

    /// <summary>A cell is decoded only when its first byte is this at most.</summary>
    public byte MayNeedDecoding { get; } = Math.Max(dialect.QuoteByte, (byte)' ');

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Content(in BlockRows rows, int column, int row)
    {
        var (start, end) = rows.Cell(row, column);
        var raw = rows.Buffer.AsSpan(TextBlock.Margin + start, end - start);
        return rows.NeedsDecoding && !raw.IsEmpty && raw[0] <= MayNeedDecoding ? CellDecoder.Decode(raw, dialect, ref _buffer) : raw;
    }
}
