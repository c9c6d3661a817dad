namespace MlOps.Tabular;

/// <summary>How a CSV file is written: given or guessed.</summary>
/// <param name="Delimiter">Field delimiter.</param>
/// <param name="Quote">Quote, '\0' for none.</param>
/// <param name="Escape">Escape inside quotes besides the doubled quote, '\0' for none.</param>
/// <param name="SkipSpaceAfterDelimiter">Whether spaces after a delimiter are not part of the cell.</param>
/// <param name="Encoding">Name of the encoding.</param>
/// <param name="Compressed">Whether the file was gzip-compressed.</param>
public sealed record CsvDialect(char Delimiter, char Quote, char Escape, bool SkipSpaceAfterDelimiter, string Encoding, bool Compressed)
{
    internal byte DelimiterByte => (byte)Delimiter;

    internal byte QuoteByte => (byte)Quote;

    internal byte EscapeByte => (byte)Escape;
}
