using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace MlOps.Tabular;

/// <summary>How to write a CSV file.</summary>
public sealed record CsvWriteOptions
{
    /// <summary>Field delimiter, ASCII; default comma.</summary>
    public char Delimiter { get; init; } = ',';

    /// <summary>Line end; default LF.</summary>
    public string NewLine { get; init; } = "\n";

    /// <summary>
    /// Whether texts that a spreadsheet would run as a formula (first character =, +, -, @, tab or CR, also their full-width forms) get an
    /// apostrophe in front; numbers are never touched. Default on.
    /// </summary>
    public bool GuardFormulas { get; init; } = true;
}

/// <summary>
/// Writes CSV as UTF-8 without byte-order mark: RFC 4180 quotes where needed, numbers in the shortest form that reads back to the same bits.
/// Not thread-safe.
/// </summary>
public sealed class CsvWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly CsvWriteOptions _options;
    private readonly byte[] _newLine;
    private readonly SearchValues<char> _needQuotes;
    private byte[] _buffer = new byte[1 << 16];
    private int _length;
    private bool _first = true;
    private bool _firstEmpty;

    /// <summary>Starts writing.</summary>
    /// <param name="stream">Written from its current position; stays open.</param>
    /// <param name="options">How; default: comma, LF, formulas guarded.</param>
    public CsvWriter(Stream stream, CsvWriteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        _options = options ?? new CsvWriteOptions();
        if (_options.Delimiter > 0x7F || _options.Delimiter is '"' or '\n' or '\r')
        {
            throw new ArgumentException("The delimiter must be one ASCII character other than a quote or line end.", nameof(options));
        }

        _newLine = Encoding.UTF8.GetBytes(_options.NewLine);
        _needQuotes = SearchValues.Create([_options.Delimiter, '"', '\n', '\r']);
    }

    /// <summary>Writes a text cell.</summary>
    /// <param name="text">Its content.</param>
    public void Write(ReadOnlySpan<char> text) => Write(text, _options.GuardFormulas);

    /// <summary>Writes an id, a class or a name, which must read back as it is: in quotes where needed, but never guarded against formulas.</summary>
    /// <param name="text">Its content.</param>
    public void WriteAsIs(ReadOnlySpan<char> text) => Write(text, guardFormulas: false);

    private void Write(ReadOnlySpan<char> text, bool guardFormulas)
    {
        StartCell(text.IsEmpty);
        var guard = guardFormulas && !text.IsEmpty && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '＝' or '＋' or '－' or '＠';
        var quoted = text.ContainsAny(_needQuotes) || (!text.IsEmpty && (text[0] == ' ' || text[^1] == ' '));
        Reserve((text.Length * 3 * 2) + 3);
        if (quoted)
        {
            _buffer[_length++] = (byte)'"';
        }

        if (guard)
        {
            _buffer[_length++] = (byte)'\'';
        }

        while (quoted && text.IndexOf('"') is var at and >= 0)
        {
            _length += Encoding.UTF8.GetBytes(text[..(at + 1)], _buffer.AsSpan(_length));
            _buffer[_length++] = (byte)'"';
            text = text[(at + 1)..];
        }

        _length += Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_length));
        if (quoted)
        {
            _buffer[_length++] = (byte)'"';
        }
    }

    /// <summary>Writes a text cell; <see langword="null"/> as an empty one.</summary>
    /// <param name="text">Its content.</param>
    public void Write(string? text) => Write(text.AsSpan());

    /// <summary>Writes a number, NaN as an empty cell.</summary>
    /// <param name="value">The number.</param>
    public void Write(double value)
    {
        StartCell(double.IsNaN(value));
        if (double.IsNaN(value))
        {
            return;
        }

        Reserve(64);
        if (value == Math.Floor(value) && Math.Abs(value) < 1e15 && !(value == 0 && double.IsNegative(value)))
        {
            Utf8Formatter.TryFormat((long)value, _buffer.AsSpan(_length), out var whole);
            _length += whole;
            return;
        }

        // From 2^53 on with exponent: plain digits would read as a code.
        var format = Math.Abs(value) is >= 9007199254740992 and < 1e17 ? "E16" : "R";
        value.TryFormat(_buffer.AsSpan(_length), out var written, format, CultureInfo.InvariantCulture);
        _length += written;
    }

    /// <summary>Writes a whole number.</summary>
    /// <param name="value">The number.</param>
    public void Write(long value)
    {
        StartCell(empty: false);
        Reserve(24);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out var written);
        _length += written;
    }

    /// <summary>Ends the record. One that holds a single empty cell is written as "", because an empty line would be no record.</summary>
    public void EndRecord()
    {
        Reserve(_newLine.Length + 2);
        if (_firstEmpty)
        {
            _buffer[_length++] = (byte)'"';
            _buffer[_length++] = (byte)'"';
        }

        _newLine.CopyTo(_buffer, _length);
        _length += _newLine.Length;
        _first = true;
        _firstEmpty = false;
    }

    /// <summary>Hands everything written so far to the stream.</summary>
    public void Flush()
    {
        _stream.Write(_buffer, 0, _length);
        _length = 0;
        _stream.Flush();
    }

    /// <summary>Flushes; the stream stays open.</summary>
    public void Dispose() => Flush();

    private void StartCell(bool empty)
    {
        if (_first)
        {
            _firstEmpty = empty;
            _first = false;
            return;
        }

        _firstEmpty = false;
        Reserve(1);
        _buffer[_length++] = (byte)_options.Delimiter;
    }

    private void Reserve(int bytes)
    {
        if (_buffer.Length - _length >= bytes)
        {
            return;
        }

        _stream.Write(_buffer, 0, _length);
        _length = 0;
        if (_buffer.Length < bytes)
        {
            _buffer = new byte[bytes];
        }
    }
}
