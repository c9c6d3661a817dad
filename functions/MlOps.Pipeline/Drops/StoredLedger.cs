using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlOps.Pipeline.Drops;

/// <summary>Entries of a ledger that are kept in a blob of their own, which never changes.</summary>
/// <param name="Sha256">SHA-256 of the blob, and its name.</param>
/// <param name="Entries">How many there are of the kind of which there are most.</param>
internal sealed record LedgerPart(string Sha256, int Entries);

/// <summary>
/// What lies in <c>ledger.json</c>: the whole ledger, or, of a long one, the entries that are new or have changed since the earlier ones were put
/// into parts. A program that knows only whole ledgers refuses the second form, for want of the pipeline's name, and cannot forget the parts.
/// </summary>
/// <param name="Newest">These entries.</param>
/// <param name="Earlier">The parts, the oldest first; none where <paramref name="Newest"/> is all.</param>
[JsonConverter(typeof(StoredLedgerConverter))]
internal sealed record StoredLedger(Ledger Newest, IReadOnlyList<LedgerPart> Earlier);

/// <summary>Reads and writes both forms.</summary>
internal sealed class StoredLedgerConverter : JsonConverter<StoredLedger>
{
    private const int InParts = 2;

    /// <inheritdoc/>
    public override StoredLedger Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (FormatOf(reader) < InParts)
        {
            return new StoredLedger(JsonSerializer.Deserialize<Ledger>(ref reader, options) ?? throw new JsonException("It is empty."), []);
        }

        var stored = JsonSerializer.Deserialize<LongLedger>(ref reader, options)!;
        return stored.Format == InParts ? new StoredLedger(stored.Newest, stored.Earlier) : throw new JsonException($"It has format {stored.Format}, of a later version of this program.");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, StoredLedger value, JsonSerializerOptions options)
    {
        if (value.Earlier.Count == 0)
        {
            JsonSerializer.Serialize(writer, value.Newest, options);
        }
        else
        {
            JsonSerializer.Serialize(writer, new LongLedger { Format = InParts, Earlier = value.Earlier, Newest = value.Newest }, options);
        }
    }

    // A copy of the reader: the document is read from its beginning afterwards.
    private static int FormatOf(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isFormat = reader.ValueTextEquals("format"u8);
            if (!reader.Read() || (isFormat && reader.TokenType == JsonTokenType.Number))
            {
                return isFormat && reader.TryGetInt32(out var format) ? format : 1;
            }

            reader.Skip();
        }

        return 1;
    }

    private sealed record LongLedger
    {
        public required int Format { get; init; }

        public required IReadOnlyList<LedgerPart> Earlier { get; init; }

        public required Ledger Newest { get; init; }
    }
}
