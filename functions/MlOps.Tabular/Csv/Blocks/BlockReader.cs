namespace MlOps.Tabular;

/// <summary>Cuts a file's text into blocks of whole records. Safe to call from several threads; blocks come in file order.</summary>
internal sealed class BlockReader : IDisposable
{
    /// <summary>Block, cell positions and columns of one fit a core's second-level cache.</summary>
    public const int DefaultBlockBytes = 1 << 18;

    private readonly TextSource _source;
    private readonly int _blockBytes;
    private readonly long _maxRecord;
    private readonly Lock _lock = new();
    private byte[] _carry = [];
    private int _carryLength;
    private int _skip;
    private int _number;
    private bool _ended;

    public BlockReader(Stream stream, CsvReadOptions options, int blockBytes = DefaultBlockBytes)
    {
        _source = new TextSource(stream, options.Encoding);
        _blockBytes = blockBytes;
        _maxRecord = options.MaxRecordBytes;
        var head = _source.PeekHead(out var complete);
        ForeignFormats.Refuse(head);
        Dialect = DialectSniffer.Sniff(head, complete, options, out _skip);
        FirstLine = 1 + BlockIssues.LineEnds(head[.._skip]);
    }

    /// <summary>The dialect; its encoding is known once all blocks are read.</summary>
    public CsvDialect Dialect { get; }

    /// <summary>1-based line on which the first block starts.</summary>
    public long FirstLine { get; }

    public string EncodingName => _source.EncodingName == "ascii" ? "utf-8" : _source.EncodingName;

    public bool Compressed => _source.Compressed;

    /// <summary>Fills the block with the next records; false at the end of the file.</summary>
    public bool Next(TextBlock block)
    {
        lock (_lock)
        {
            if (_ended)
            {
                return false;
            }

            SkipPreamble();
            block.RecordTooLong = false;
            block.Reserve(Math.Max(_blockBytes, _carryLength));
            _carry.AsSpan(0, _carryLength).CopyTo(block.Buffer.AsSpan(TextBlock.Margin));
            var length = _carryLength;
            var target = Math.Max(_blockBytes, _carryLength);
            while (true)
            {
                length = Fill(block, length, target);
                if (_ended)
                {
                    _carryLength = 0;
                    return Finish(block, length);
                }

                var cut = RecordCutter.Cut(block.Buffer.AsSpan(TextBlock.Margin, length), Dialect);
                if (cut > 0)
                {
                    Keep(block.Buffer.AsSpan(TextBlock.Margin + cut, length - cut));
                    return Finish(block, cut);
                }

                if (length > _maxRecord)
                {
                    _ended = true;
                    block.RecordTooLong = true;
                    return Finish(block, length);
                }

                target = (int)Math.Min(length * 2L, Math.Max(_maxRecord + 1, _blockBytes));
                block.Reserve(target);
            }
        }
    }

    public void Dispose() => _source.Dispose();

    private bool Finish(TextBlock block, int length)
    {
        block.Length = length;
        block.Number = _number++;
        block.Buffer.AsSpan(TextBlock.Margin + length, TextBlock.Margin).Clear();
        return length > 0;
    }

    private int Fill(TextBlock block, int length, int target)
    {
        while (length < target)
        {
            var count = _source.Read(block.Buffer.AsSpan(TextBlock.Margin + length, target - length));
            if (count == 0)
            {
                _ended = true;
                break;
            }

            length += count;
        }

        return length;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (_carry.Length < rest.Length)
        {
            _carry = new byte[rest.Length * 2];
        }

        rest.CopyTo(_carry);
        _carryLength = rest.Length;
    }

    private void SkipPreamble()
    {
        Span<byte> ignored = stackalloc byte[256];
        while (_skip > 0)
        {
            _skip -= _source.Read(ignored[..Math.Min(_skip, ignored.Length)]);
        }
    }
}
