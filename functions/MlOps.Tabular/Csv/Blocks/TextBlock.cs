namespace MlOps.Tabular;

/// <summary>A piece of text that starts at the start of a record and ends at the end of one. Reused by one thread.</summary>
internal sealed class TextBlock
{
    /// <summary>Where the text starts in <see cref="Buffer"/>; as many bytes may be read before it and after its end.</summary>
    public const int Margin = 64;

    public byte[] Buffer = [];
    public int Length;

    /// <summary>Number of the block in the file, from 0.</summary>
    public int Number;

    /// <summary>The record at the end of the block is longer than allowed; nothing after it is read.</summary>
    public bool RecordTooLong;

    public ReadOnlySpan<byte> Text => Buffer.AsSpan(Margin, Length);

    public void Reserve(int bytes)
    {
        if (Buffer.Length < bytes + (2 * Margin))
        {
            Array.Resize(ref Buffer, bytes + (2 * Margin));
        }
    }
}
