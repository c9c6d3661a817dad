using MlOps.Tabular;

namespace MlOps.Cli.Sample;

/// <summary>Writes the sample's cells as pandas would: amounts with at least one decimal.</summary>
internal sealed class RowWriter(Stream stream) : IDisposable
{
    // Raw data, not meant for a spreadsheet: a minus is a minus.
    private readonly CsvWriter writer = new(stream, new CsvWriteOptions { GuardFormulas = false });

    public void Whole(long value) => writer.Write(value);

    /// <summary>An amount with at least one decimal, as <c>202500.0</c>; a hole for NaN.</summary>
    public void Amount(double value) => Number(value, "0.0###");

    /// <summary>A fraction with up to six decimals; a hole for NaN.</summary>
    public void Fraction(double value) => Number(value, "0.0#####");

    public void Text(string? value) => writer.Write(value);

    public void Flag(bool value) => Whole(value ? 1 : 0);

    public void EndRow() => writer.EndRecord();

    public void Dispose() => writer.Dispose();

    private void Number(double value, string format)
    {
        Span<char> text = stackalloc char[64];
        var length = 0;
        if (!double.IsNaN(value))
        {
            value.TryFormat(text, out length, format);
        }

        writer.Write(text[..length]);
    }
}
