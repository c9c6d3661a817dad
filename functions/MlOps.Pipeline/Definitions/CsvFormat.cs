using System.Text.Json.Serialization;
using MlOps.Tabular;

namespace MlOps.Pipeline.Definitions;

/// <summary>How files are written.</summary>
/// <param name="Delimiter">Delimiter; <see langword="null"/> to find it.</param>
/// <param name="Quote">Quote character; <see langword="null"/> to find it, NUL for none.</param>
/// <param name="Encoding">Encoding's name; <see langword="null"/> for UTF-8, with or without a byte-order mark.</param>
/// <param name="Missing">Texts that mean a missing value, besides the empty cell; <see langword="null"/> for the reader's own list.</param>
/// <param name="Decimal">The decimal mark of all numbers; <see langword="null"/> for the point.</param>
/// <param name="Thousands">The mark between groups of three digits; <see langword="null"/> for none.</param>
/// <param name="Columns">What is different in single columns, by name.</param>
/// <param name="PlainToo">Whether numbers may be plain as well, as those of rows that came as JSON are; not written in the YAML.</param>
public sealed record CsvFormat(
    char? Delimiter = null, char? Quote = null, string? Encoding = null, IReadOnlyList<string>? Missing = null,
    char? Decimal = null, char? Thousands = null, IReadOnlyDictionary<string, ColumnSettings>? Columns = null, bool PlainToo = false)
{
    /// <summary>How numbers are written in columns of which nothing else is said; <see langword="null"/> for plainly.</summary>
    [JsonIgnore]
    public NumberNotation? Numbers => Decimal is null && Thousands is null ? null : new NumberNotation(Decimal ?? '.', Thousands, Signs: false, PlainToo);

    /// <summary>What the definition says of a column; nothing where it says nothing.</summary>
    /// <param name="name">Name of the column.</param>
    public ColumnSettings Of(string name) => Columns?.GetValueOrDefault(name) ?? ColumnSettings.None;
}

/// <summary>How one column is written.</summary>
/// <param name="Missing">Texts that mean a missing value in this column, besides those of all columns; of the label and for these alone.</param>
/// <param name="Decimal">The decimal mark; with it or <paramref name="Thousands"/> the column holds numbers, and currency and percent signs are taken off.</param>
/// <param name="Thousands">The mark between groups of three digits.</param>
/// <param name="Date">In which order its dates are written.</param>
/// <param name="Time">Whether the column holds times such as 13:45, which count as minutes; <see langword="null"/> where nothing is said.</param>
public sealed record ColumnSettings(
    IReadOnlyList<string>? Missing = null, char? Decimal = null, char? Thousands = null, DateOrder? Date = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Time = null)
{
    /// <summary>Nothing special.</summary>
    public static ColumnSettings None { get; } = new();

    /// <summary>Whether the column is said to hold numbers.</summary>
    public bool IsNumber => Decimal is not null || Thousands is not null || Time is not null;
}
