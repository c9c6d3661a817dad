using System.Text;

namespace MlOps.App.Sample;

/// <summary>Writes comma-separated cells as UTF-8. None of the sample's texts needs quotes.</summary>
internal sealed class RowWriter(Stream stream) : IDisposable
{
    private const int CellMax = 128;
    private readonly byte[] buffer = new byte[1 << 16];
    private int used;
    private bool first = true;

    public void Whole(long value)
    {
        Begin();
        value.TryFormat(buffer.AsSpan(used), out var written);
        used += written;
    }

    /// <summary>An amount with at least one decimal, as <c>202500.0</c>; a hole for NaN.</summary>
    public void Amount(double value) => Number(value, "0.0###");

    /// <summary>A fraction with up to six decimals; a hole for NaN.</summary>
    public void Fraction(double value) => Number(value, "0.0#####");

    public void Text(string? value)
    {
        Begin();
        used += Encoding.UTF8.GetBytes(value, buffer.AsSpan(used));
    }

    public void Flag(bool value) => Whole(value ? 1 : 0);

    public void EndRow()
    {
        buffer[used++] = (byte)'\n';
        first = true;
        if (buffer.Length - used < CellMax)
        {
            Flush();
        }
    }

    public void Dispose() => Flush();

    private void Number(double value, string format)
    {
        Begin();
        if (!double.IsNaN(value))
        {
            value.TryFormat(buffer.AsSpan(used), out var written, format);
            used += written;
        }
    }

    private void Begin()
    {
        if (buffer.Length - used < CellMax)
        {
            Flush();
        }

        if (!first)
        {
            buffer[used++] = (byte)',';
        }

        first = false;
    }

    private void Flush()
    {
        stream.Write(buffer, 0, used);
        used = 0;
    }
}
