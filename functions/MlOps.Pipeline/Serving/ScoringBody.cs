using MlOps.Pipeline.Artifacts;
using MlOps.Pipeline.Definitions;
using MlOps.Tabular;

namespace MlOps.Pipeline.Serving;

/// <summary>Rows of a request as CSV, which is what a batch is read from: a cell means the same whichever way it came.</summary>
public sealed class ScoringBody
{
    private readonly byte[] _bytes;
    private readonly int _length;
    private readonly IReadOnlyList<string>? _header;
    private readonly List<long>? _firstLines;

    private ScoringBody(byte[] bytes, int length, IReadOnlyList<string>? header, List<long>? firstLines)
    {
        _bytes = bytes;
        _length = length;
        _header = header;
        _firstLines = firstLines;
    }

    /// <summary>Bytes of the rows as CSV.</summary>
    public int Length => _length;

    internal char? Delimiter => _header is null ? null : ',';

    /// <summary>A CSV with a header, written as the pipeline's files are.</summary>
    /// <param name="bytes">The CSV. Kept, not copied.</param>
    public static ScoringBody FromCsv(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new ScoringBody(bytes, bytes.Length, null, null);
    }

    /// <summary>Rows that came as JSON, written as CSV.</summary>
    /// <param name="header">Names of the columns.</param>
    /// <param name="csv">Header and rows: comma, double quotes, UTF-8.</param>
    /// <param name="firstLines">For each row the line on which it begins.</param>
    internal static ScoringBody FromJson(IReadOnlyList<string> header, MemoryStream csv, List<long> firstLines) =>
        new(csv.GetBuffer(), (int)csv.Length, header, firstLines);

    /// <summary>The ids of rows that hold nothing else; <see langword="null"/> where they hold more, or did not come as JSON.</summary>
    /// <param name="idColumn">Name of the id column; <see langword="null"/> where rows have no id.</param>
    public IReadOnlyList<string>? IdsAlone(string? idColumn) => idColumn is not null && _header is [var only] && only.Composed() == idColumn
        ? [.. Records(new CsvReadOptions { Delimiter = ',', Quote = '"', Encoding = "utf-8" }).Skip(1).Select(r => r[0])]
        : null;

    internal MemoryStream Open() => new(_bytes, 0, _length, writable: false);

    internal CsvFormat Format(CsvFormat declared) => _header is null ? declared : declared with { Delimiter = ',', Quote = '"', Encoding = "utf-8", PlainToo = true };

    /// <summary>Names of the columns; empty where they cannot be read, which the validation then explains.</summary>
    internal IReadOnlyList<string> Header(CsvFormat format, char delimiter)
    {
        if (_header is not null)
        {
            return [.. _header.Select(h => h.Composed())];
        }

        try
        {
            var options = new CsvReadOptions { Delimiter = format.Delimiter ?? delimiter, Quote = format.Quote, Encoding = format.Encoding };
            return [.. (CsvFile.ReadRecords(Open(), options).FirstOrDefault() ?? []).Select(h => h.Composed())];
        }
        catch (CsvException)
        {
            return [];
        }
    }

    /// <summary>Header and rows as texts; nothing where they cannot be read, which the validation then explains.</summary>
    internal IReadOnlyList<string[]> Records(CsvReadOptions options)
    {
        try
        {
            return [.. CsvFile.ReadRecords(Open(), options)];
        }
        catch (CsvException)
        {
            return [];
        }
    }

    /// <summary>A finding with its row, where the rows came as JSON and have no lines.</summary>
    internal Finding Locate(Finding finding)
    {
        if (_firstLines is null || finding.Line <= 1)
        {
            return _firstLines is null ? finding : finding with { Line = 0, Column = 0 };
        }

        var at = _firstLines.BinarySearch(finding.Line);
        return finding with { Line = at >= 0 ? at + 1 : ~at, Column = 0 };
    }
}
