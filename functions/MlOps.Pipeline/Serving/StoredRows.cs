using System.Text.Json;
using MlOps.Pipeline.FeatureStore;
using MlOps.Pipeline.Wording;
using MlOps.Storage;

namespace MlOps.Pipeline.Serving;

/// <summary>Rows of which a request knows only the ids: their newest features come from the online store.</summary>
/// <param name="online">The store.</param>
public sealed class StoredRows(OnlineStore online)
{
    /// <summary>Most ids of one request.</summary>
    public const int IdsMax = 1000;

    private const int Shown = 5;

    /// <summary>The ids of a body <c>{"ids": [..]}</c>; <see langword="null"/> where it has another form.</summary>
    /// <param name="body">JSON, UTF-8.</param>
    /// <exception cref="ScoringRefusedException">What stands in the list are no ids.</exception>
    public static IReadOnlyList<string>? IdsIn(byte[] body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement is not { ValueKind: JsonValueKind.Object } root || !root.TryGetProperty("ids", out var ids))
            {
                return null;
            }

            return ids.ValueKind == JsonValueKind.Array && ids.GetArrayLength() > 0 && ids.EnumerateArray().All(i => i.ValueKind is JsonValueKind.String or JsonValueKind.Number)
                ? [.. ids.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.String ? i.GetString()! : i.GetRawText())]
                : throw Refused("ids", Sentence.Of("stored-ids-form"));
        }
        catch (JsonException)
        {
            // Whoever reads the rows says what is wrong.
            return null;
        }
    }

    /// <summary>The rows of some ids, with their newest features, in the order of the ids.</summary>
    /// <param name="pipeline">Pipeline's name.</param>
    /// <param name="ids">Ids as the files write them.</param>
    /// <param name="idColumn">Name of the id column; <see langword="null"/> where rows have no id.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="ScoringRefusedException">Nothing is online, or not these ids; says which.</exception>
    public async Task<ScoringBody> FindAsync(PipelineName pipeline, IReadOnlyList<string> ids, string? idColumn, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count > IdsMax)
        {
            throw Refused("ids", Sentence.Of("stored-ids-many", ("count", ids.Count), ("most", IdsMax)));
        }

        if (idColumn is null || (await online.GenerationsAsync(pipeline, cancellation)).Count == 0)
        {
            throw Refused("ids", Sentence.Of("stored-none", ("pipeline", pipeline), ("setting", "feature_store: {online: true}")));
        }

        var rows = await online.FindAsync(pipeline, ids, cancellation);
        var unknown = ids.Where((_, i) => rows[i] is null).ToList();
        if (unknown.Count > 0)
        {
            throw Refused("ids", Sentence.Of("stored-unknown", ("count", unknown.Count), ("ids", string.Join(", ", unknown.Take(Shown).Select(JsonRows.Short))), ("pipeline", pipeline)), idColumn);
        }

        // Rows of periods with different columns: what one lacks is missing, as in a file.
        var names = rows.SelectMany(r => r!.Columns).Select(c => c.Name).Distinct(StringComparer.Ordinal).ToList();
        return JsonRows.FromTexts([idColumn, .. names], rows.Select((row, i) =>
        {
            var cells = row!.Columns.Select((c, at) => (c.Name, at)).ToDictionary(c => c.Name, c => c.at, StringComparer.Ordinal);
            return (IReadOnlyList<string?>)[ids[i], .. names.Select(name => cells.TryGetValue(name, out var at) ? row.Text(at) : null)];
        }));
    }

    private static ScoringRefusedException Refused(string rule, Sentence said, string? column = null) => JsonRows.Refused(rule, said, 0, column);
}
