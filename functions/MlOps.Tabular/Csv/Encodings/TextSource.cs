using System.IO.Compression;
using System.Text;

namespace MlOps.Tabular;

/// <summary>
/// A stream of bytes as UTF-8 text: gzip opened, byte-order mark removed, other encodings rewritten. Bytes that are not valid come out
/// as bytes that are not valid UTF-8 (0xFF), so that the reader finds them where they stand.
/// </summary>
/// <remarks>As long as the text is ASCII its encoding is open; the first other byte decides it, by what follows.</remarks>
internal sealed class TextSource : IDisposable
{
    /// <summary>Stands for bytes that are not valid until they are written: no character, unlike U+FFFD, which a text may hold.</summary>
    public const char Invalid = '\uFFFF';

    private const int HeadBytes = 1 << 16;
    private const int WindowBytes = 1 << 15;
    private readonly Stream _raw;
    private GZipStream? _gzip;
    private byte[] _ahead = new byte[HeadBytes];
    private int _aheadStart;
    private int _aheadEnd;
    private bool _rawEnded;
    private Decoder? _decoder;
    private char[] _chars = [];
    private byte[] _utf8 = [];
    private int _utf8Start;
    private int _utf8End;
    private bool _decoderDone;

    public TextSource(Stream raw, string? declared)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        _raw = raw;
        FillAhead();
        if (Ahead.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 0x08]))
        {
            Compressed = true;
            _gzip = new GZipStream(new Concatenated(_ahead.AsMemory(0, _aheadEnd), raw, _rawEnded), CompressionMode.Decompress);
            _ahead = new byte[HeadBytes];
            _aheadEnd = 0;
            _rawEnded = false;
            FillAhead();
        }

        Choose(declared);
    }

    /// <summary>Name of the encoding; "ascii" until another byte was seen.</summary>
    public string EncodingName { get; private set; } = "ascii";

    public bool Compressed { get; }

    private ReadOnlySpan<byte> Ahead => _ahead.AsSpan(_aheadStart, _aheadEnd - _aheadStart);

    /// <summary>The first bytes of the text as UTF-8 (up to 64 KiB), without taking them.</summary>
    /// <param name="complete">Whether that is the whole text.</param>
    public ReadOnlySpan<byte> PeekHead(out bool complete)
    {
        if (_decoder is null)
        {
            if (EncodingName == "ascii")
            {
                DecideFromAhead(certain: false);
            }
        }

        if (_decoder is null)
        {
            complete = _rawEnded;
            return Ahead;
        }

        while (_utf8End - _utf8Start < HeadBytes && !_decoderDone)
        {
            Transcode();
        }

        complete = _decoderDone;
        return _utf8.AsSpan(_utf8Start, _utf8End - _utf8Start);
    }

    /// <summary>Reads text as UTF-8; 0 at its end.</summary>
    public int Read(Span<byte> target)
    {
        if (target.IsEmpty)
        {
            return 0;
        }

        while (_decoder is not null)
        {
            if (_utf8End > _utf8Start)
            {
                var take = Math.Min(target.Length, _utf8End - _utf8Start);
                _utf8.AsSpan(_utf8Start, take).CopyTo(target);
                _utf8Start += take;
                return take;
            }

            if (_decoderDone)
            {
                return 0;
            }

            Transcode();
        }

        var count = ReadRaw(target);
        if (EncodingName != "ascii")
        {
            return count;
        }

        var first = target[..count].IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
        if (first < 0)
        {
            return count;
        }

        PushBack(target[first..count]);
        DecideFromAhead(certain: true);
        return first > 0 ? first : Read(target);
    }

    public void Dispose() => _gzip?.Dispose();

    private void Choose(string? declared)
    {
        var head = Ahead;
        var (mark, name) = head switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (3, "utf-8"),
            [0xFF, 0xFE, 0, 0, ..] => (4, "utf-32"),
            [0xFF, 0xFE, ..] => (2, "utf-16"),
            [0xFE, 0xFF, ..] => (2, "utf-16BE"),
            [0x84, 0x31, 0x95, 0x33, ..] => (4, "gb18030"),
            _ => (0, declared ?? Utf16WithoutMark(head)),
        };
        _aheadStart += mark;
        if (name is not null)
        {
            Use(name);
        }
    }

    /// <summary>UTF-16 of mostly Latin text has a NUL in every other byte.</summary>
    private static string? Utf16WithoutMark(ReadOnlySpan<byte> head)
    {
        int even = 0, odd = 0;
        for (var i = 0; i + 1 < head.Length; i += 2)
        {
            even += head[i] == 0 ? 1 : 0;
            odd += head[i + 1] == 0 ? 1 : 0;
        }

        var pairs = head.Length / 2;
        return pairs < 2 ? null : odd > 0.2 * pairs && even < 0.01 * pairs ? "utf-16" : even > 0.2 * pairs && odd < 0.01 * pairs ? "utf-16BE" : null;
    }

    private void Use(string name)
    {
        // Windows-31J is the name Java and HTML give to what .NET calls shift_jis (code page 932).
        var canonical = name.ToLowerInvariant() switch
        {
            "windows-31j" or "cp932" or "ms932" or "sjis" => "shift_jis",
            "cp1252" => "windows-1252",
            "latin-1" or "latin1" => "iso-8859-1",
            "euc_jp" => "euc-jp",
            "utf8" => "utf-8",
            var other => other,
        };
        EncodingName = canonical;
        if (canonical is "utf-8" or "us-ascii")
        {
            EncodingName = "utf-8";
            return;
        }

        try
        {
            var lenient = Encoding.GetEncoding(canonical);
            DecoderFallback fallback = lenient.IsSingleByte || canonical.StartsWith("utf", StringComparison.Ordinal)
                ? new DecoderReplacementFallback(Invalid.ToString())
                : new BestFitFallback(lenient);
            _decoder = Encoding.GetEncoding(canonical, EncoderFallback.ExceptionFallback, fallback).GetDecoder();
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw new CsvException(CsvErrorCodes.Encoding, 0, 0, Remark.Of("csv-unknown-encoding", "Unknown encoding '{encoding}'. Use for example utf-8, utf-16, shift_jis, euc-jp, iso-8859-1 or windows-1252.", ("encoding", name)));
        }

        _chars = new char[HeadBytes];
        _utf8 = new byte[HeadBytes * 4];
    }

    /// <summary>Decides by the 32 KiB from the first byte that is not ASCII, wherever the caller's blocks end.</summary>
    private void DecideFromAhead(bool certain)
    {
        FillAhead();
        var first = Ahead.IndexOfAnyExceptInRange((byte)0, (byte)0x7F);
        if (first < 0)
        {
            return;
        }

        var window = Ahead[first..];
        var complete = _rawEnded;
        if (window.Length >= WindowBytes)
        {
            complete &= window.Length == WindowBytes;
            window = window[..WindowBytes];
        }
        else if (!complete && !certain)
        {
            return;
        }

        // Nothing fits: read as UTF-8, so that each bad byte is reported with its place.
        Use(EncodingDetector.Detect(window, complete) ?? "utf-8");
    }

    private void Transcode()
    {
        if (_utf8Start > 0)
        {
            _utf8.AsSpan(_utf8Start, _utf8End - _utf8Start).CopyTo(_utf8);
            _utf8End -= _utf8Start;
            _utf8Start = 0;
        }

        if (_aheadStart == _aheadEnd)
        {
            FillAhead();
        }

        if (_utf8.Length - _utf8End < 3 * 2048)
        {
            Array.Resize(ref _utf8, _utf8.Length * 2);
        }

        _decoder!.Convert(Ahead, _chars.AsSpan(0, 2048), flush: _rawEnded, out var used, out var made, out var done);
        _aheadStart += used;
        var text = _chars.AsSpan(0, made);
        var from = _utf8End;
        _utf8End += Encoding.UTF8.GetBytes(text, _utf8.AsSpan(_utf8End));
        if (text.Contains(Invalid))
        {
            var written = _utf8.AsSpan(from, _utf8End - from);
            for (int at; (at = written.IndexOf("\uFFFF"u8)) >= 0; written = written[(at + 3)..])
            {
                written.Slice(at, 3).Fill(0xFF);
            }
        }

        _decoderDone = done && _rawEnded && _aheadStart == _aheadEnd;
    }

    private int ReadRaw(Span<byte> target)
    {
        if (_aheadStart < _aheadEnd)
        {
            var take = Math.Min(target.Length, _aheadEnd - _aheadStart);
            Ahead[..take].CopyTo(target);
            _aheadStart += take;
            return take;
        }

        return _rawEnded ? 0 : ReadStream(target);
    }

    private int ReadStream(Span<byte> target)
    {
        try
        {
            return _gzip is null ? _raw.Read(target) : _gzip.Read(target);
        }
        catch (InvalidDataException problem)
        {
            throw new CsvException(CsvErrorCodes.Gzip, 0, 0, Remark.Of("csv-gzip", "The gzip file is damaged: {problem} Send it again.", ("problem", problem.Message)));
        }
    }

    private void FillAhead()
    {
        if (_aheadStart > 0)
        {
            Ahead.CopyTo(_ahead);
            _aheadEnd -= _aheadStart;
            _aheadStart = 0;
        }

        while (_aheadEnd < _ahead.Length && !_rawEnded)
        {
            var count = ReadStream(_ahead.AsSpan(_aheadEnd));
            _rawEnded = count == 0;
            _aheadEnd += count;
        }
    }

    private void PushBack(ReadOnlySpan<byte> bytes)
    {
        var rest = Ahead.ToArray();
        _ahead = new byte[Math.Max(HeadBytes, bytes.Length + rest.Length)];
        bytes.CopyTo(_ahead);
        rest.CopyTo(_ahead, bytes.Length);
        _aheadStart = 0;
        _aheadEnd = bytes.Length + rest.Length;
    }

    /// <summary>Bytes already taken from a stream, followed by the stream.</summary>
    private sealed class Concatenated(ReadOnlyMemory<byte> first, Stream rest, bool restEnded) : Stream
    {
        private ReadOnlyMemory<byte> _first = first;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            if (_first.IsEmpty)
            {
                return restEnded ? 0 : rest.Read(buffer);
            }

            var take = Math.Min(buffer.Length, _first.Length);
            _first.Span[..take].CopyTo(buffer);
            _first = _first[take..];
            return take;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
