namespace MlOps.Tabular;

/// <summary>Reads CSV files: any usual encoding, delimiter and line end, gzip-compressed or not.</summary>
public static class CsvFile
{
    /// <summary>
    /// Reads a whole file into typed columns. Rows that cannot be used (ragged, stray quotes, NUL or undecodable bytes, cells that are not of
    /// their declared kind) are left out and reported with line and column.
    /// </summary>
    /// <param name="stream">The file, read to its end once; need not be seekable.</param>
    /// <param name="options">How to read; default: everything is found out.</param>
    /// <param name="ct">Cancels between blocks.</param>
    /// <exception cref="CsvException">The file as a whole is not readable as CSV: empty, something else, a quote never closed, a record too long.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static CsvTable ReadTable(Stream stream, CsvReadOptions? options = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return new TableReader(options ?? new CsvReadOptions(), BlockBytes(stream)).Read(stream, ct);
    }

    /// <summary>
    /// Reads the records as they stand, header first, as texts; records may differ in length and quotes inside unquoted cells are kept.
    /// Empty lines are no records. Read lazily, in bounded memory.
    /// </summary>
    /// <param name="stream">The file, read to its end once.</param>
    /// <param name="options">How to read; kinds, columns and threads do not matter here.</param>
    /// <exception cref="CsvException">While enumerating: the file is empty or something else, or a record is malformed (text after a closing quote, quote never closed, NUL or undecodable bytes, too long).</exception>
    public static IEnumerable<string[]> ReadRecords(Stream stream, CsvReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return RecordReader.Read(stream, options ?? new CsvReadOptions(), BlockBytes(stream));
    }

    // A few rows in memory need no block of full size: to make one takes longer than to read them. One byte more shows the end at once.
    private static int BlockBytes(Stream stream) =>
        stream is MemoryStream few ? (int)Math.Clamp(few.Length - few.Position + 1, 4096, BlockReader.DefaultBlockBytes) : BlockReader.DefaultBlockBytes;
}
