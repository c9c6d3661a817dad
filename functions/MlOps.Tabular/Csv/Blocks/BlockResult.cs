namespace MlOps.Tabular;

/// <summary>What became of one block. Lines count from the block's first.</summary>
internal sealed class BlockResult
{
    public required int Number { get; init; }

    /// <summary>Records, usable or not, without the header.</summary>
    public int RecordCount { get; init; }

    public int LineCount { get; init; }

    /// <summary>Line of each usable row.</summary>
    public int[] Lines { get; init; } = [];

    /// <summary>By plan, one for each column asked for.</summary>
    public ColumnChunk[] Chunks { get; init; } = [];

    public List<CsvError> Errors { get; init; } = [];

    /// <summary>Rows left out, whole, if they were asked for.</summary>
    public List<RejectedRow> Rejected { get; init; } = [];

    public long ErrorCount { get; init; }

    /// <summary>Makes the whole file unreadable.</summary>
    public CsvError? Fatal { get; init; }

    /// <summary>What a caller derived from the block while its thread had it at hand.</summary>
    public object? Derived { get; set; }
}
