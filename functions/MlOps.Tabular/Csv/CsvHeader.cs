
namespace MlOps.Tabular;

/// <summary>The header of a file and the columns that are to be parsed.</summary>
internal sealed class CsvHeader
{
    private CsvHeader(string[] header, string text, byte[] raw, ColumnPlan[] plans, List<CsvError> errors)
    {
        Names = header;
        Text = text;
        Raw = raw;
        Plans = plans;
        Errors = errors;
    }

    /// <summary>The names as they stand in the file, all columns.</summary>
    public string[] Names { get; }

    /// <summary>The header record as it stands; empty without header.</summary>
    public string Text { get; }

    /// <summary>The header record's bytes, to recognise a second one; empty when one could not tell it from a row.</summary>
    public byte[] Raw { get; }

    public ColumnPlan[] Plans { get; }

    /// <summary>Names that occur twice; lines count from the block's first.</summary>
    public List<CsvError> Errors { get; }

    /// <summary>Reads the first record of the block; <see langword="null"/> when it holds none.</summary>
    public static CsvHeader? Read(TextBlock block, CsvDialect dialect, CsvReadOptions options)
    {
        var index = new RecordIndex();
        IndexerFactory.Index(IndexerFactory.Best, block.Buffer, TextBlock.Margin, block.Length, dialect, index);
        if (index.RowCount == 0)
        {
            return null;
        }

        var header = RecordReader.Record(block, index, dialect, 0);
        if (!options.HasHeader)
        {
            header = [.. header.Select((_, c) => $"column{c + 1}")];
        }
        else if (options.ComposeNames)
        {
            header = Array.ConvertAll(header, h => h.Composed());
        }

        var errors = new List<CsvError>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var c = 0; c < header.Length; c++)
        {
            if (header[c].Length > 0 && !seen.Add(header[c]))
            {
                errors.Add(CsvError.Of(CsvErrorCodes.DuplicateColumn, index.RowLine[0], c + 1, header[c], Remark.Of("csv-duplicate-column", "the column name '{column}' occurs more than once. Give each column a name of its own.", ("column", header[c])), header[c]));
            }
        }

        var names = ColumnNames.Unique(header);
        var wanted = options.Columns?.ToHashSet(StringComparer.Ordinal);
        var missing = new MissingMarkers(options.MissingMarkers ?? CsvReadOptions.DefaultMissingMarkers);
        var plans = new List<ColumnPlan>();
        for (var c = 0; c < names.Length; c++)
        {
            if (wanted is null || wanted.Contains(names[c]))
            {
                var format = options.Formats?.GetValueOrDefault(names[c]);
                plans.Add(new ColumnPlan(
                    c, names[c], options.Kinds is { } kinds && kinds.TryGetValue(names[c], out var kind) ? kind : null,
                    format?.Missing is { } own ? new MissingMarkers(own) : missing, format?.Numbers ?? options.Numbers, format?.Dates ?? DateOrder.YearFirst));
            }
        }

        var raw = options.HasHeader && header.Length > 1 ? block.Text[index.RowStart[0]..index.RowEnd(0)].ToArray() : [];
        var text = options.HasHeader ? CellDecoder.Text(block.Text[index.RowStart[0]..index.RowEnd(0)]) : "";
        return new CsvHeader(header, text, raw, [.. plans], errors);
    }
}
